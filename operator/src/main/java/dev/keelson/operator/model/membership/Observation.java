package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.Operation;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that a decision is made from.
 *
 * @param wanted the specification's part
 * @param lastSerial highest serial number ever given out, from the status
 * @param recoveries how many requests for a recovery were answered, from the status
 * @param clusterId the cluster's ID from the status; null until it was recorded
 * @param operation the operation recorded in the status, if one is open
 * @param membership the member list; null if no linearizable read succeeded
 * @param pods the members' Pods by serial number
 * @param disks the members' disks by serial number, without those that are marked as retained
 * @param answers what members say of themselves, by serial number; with or without a quorum
 * @param silentSince since when nobody can list the members; null if somebody can, or could before
 *     this look
 * @param now the time of the observation
 */
public record Observation(
    Wanted wanted,
    long lastSerial,
    long recoveries,
    @Nullable String clusterId,
    @Nullable Operation operation,
    @Nullable Membership membership,
    NavigableMap<Long, PodView> pods,
    NavigableMap<Long, DiskView> disks,
    NavigableMap<Long, AnswerView> answers,
    @Nullable Instant silentSince,
    Instant now) {

  /** Copies the maps. */
  public Observation {
    pods = Collections.unmodifiableNavigableMap(new TreeMap<>(pods));
    answers = Collections.unmodifiableNavigableMap(new TreeMap<>(answers));
    disks = Collections.unmodifiableNavigableMap(new TreeMap<>(disks));
  }

  /** The same with another state on record. */
  public Observation recorded(
      long serial, long answered, @Nullable String cluster, @Nullable Operation open) {
    return new Observation(
        wanted,
        serial,
        answered,
        cluster,
        open,
        membership,
        pods,
        disks,
        answers,
        silentSince,
        now);
  }

  /** Whether all voters are there, well, and made from the present specification. */
  public boolean uniform() {
    return membership != null
        && membership.voterCount() > 0
        && membership.voters().stream()
            .allMatch(
                voter -> {
                  PodView pod = pods.get(voter.serial());
                  return voter.healthy()
                      && pod != null
                      && pod.state() == PodState.READY
                      && !pod.outdated();
                });
  }

  @Nullable PodView pod(long serial) {
    return pods.get(serial);
  }

  @Nullable DiskView disk(long serial) {
    return disks.get(serial);
  }

  /** Whether every voter is listed with its disk; one that lost it is replaced after a while. */
  public boolean hasAllDisks() {
    return membership != null
        && membership.voters().stream().allMatch(voter -> diskUsable(voter.serial()));
  }

  boolean diskUsable(long serial) {
    DiskView disk = disk(serial);
    return disk != null && disk.usable();
  }

  /** The members a new Pod is told of: those listed, or those with a disk if nobody can list. */
  List<Long> peers() {
    Collection<Long> serials =
        membership == null
            ? disks.keySet()
            : membership.members().stream()
                .map(MemberView::serial)
                .filter(serial -> serial != 0)
                .sorted()
                .toList();
    return List.copyOf(serials);
  }
}
