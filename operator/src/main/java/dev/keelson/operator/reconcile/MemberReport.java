package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.MemberStatus;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.member.ListedMember;
import dev.keelson.operator.model.Names;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/** The members as the status shows them. */
final class MemberReport {
  private MemberReport() {}

  static List<MemberStatus> of(
      ClusterView view, Names names, List<MemberStatus> before, Instant now) {
    long leaderId = view.leader().map(ListedMember::id).orElse(0L);
    return view.members().stream()
        .map(
            member -> {
              long serial = serial(member, names);
              return new MemberStatus(
                  serial == 0 ? member.name() : names.member(serial),
                  serial,
                  Long.toHexString(member.id()),
                  role(member, leaderId),
                  member.healthy(),
                  since(member, serial, before, leaderId, now));
            })
        .toList();
  }

  /** By its peer URL, which stays with it from its adding to its removal; 0 if it is not ours. */
  static long serial(ListedMember member, Names names) {
    return member.peerUrls().stream()
        .map(names::serialOf)
        .flatMapToLong(OptionalLong::stream)
        .findFirst()
        .orElse(0);
  }

  private static String role(ListedMember member, long leaderId) {
    if (member.learner()) {
      return member.name().isEmpty() ? "Joining" : "Learner";
    }
    return member.id() == leaderId ? "Leader" : "Voter";
  }

  static String since(
      ListedMember member, long serial, List<MemberStatus> before, long leaderId, Instant now) {
    return before.stream()
        .filter(
            old ->
                old.serial() == serial
                    && old.role().equals(role(member, leaderId))
                    && old.healthy() == member.healthy())
        .map(MemberStatus::since)
        .findFirst()
        .orElse(now.toString());
  }
}
