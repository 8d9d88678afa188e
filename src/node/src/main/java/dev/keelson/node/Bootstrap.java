package dev.keelson.node;

import dev.keelson.kv.member.MemberJson;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a new cluster begins: every member works out the same ids from the same flags, and starts its
 * log with the same entries, as etcd does.
 */
final class Bootstrap {
  private Bootstrap() {}

  /**
   * Works out the ids of a new cluster.
   *
   * @throws MemberStartException if the flags do not describe one that this member belongs to
   */
  static Identity found(MemberSettings settings) {
    MemberSettings.Cluster cluster = settings.cluster();
    if (!cluster.initialMembers().containsKey(settings.name())) {
      throw new MemberStartException(
          "couldn't find local name \"%s\" in the initial cluster configuration"
              .formatted(settings.name()));
    }
    Set<String> urls = new HashSet<>();
    List<Member> founders = new ArrayList<>();
    for (Map.Entry<String, List<String>> each : cluster.initialMembers().entrySet()) {
      for (String url : each.getValue()) {
        if (!urls.add(url)) {
          throw new MemberStartException(
              "initial cluster %s has duplicate url %s"
                  .formatted(text(cluster.initialMembers()), url));
        }
      }
      founders.add(
          Member.newBuilder()
              .setID(ClusterIds.member(each.getValue(), cluster.token()))
              .setRaftAttributes(
                  RaftAttributes.newBuilder()
                      .addAllPeerUrls(each.getValue().stream().sorted().toList()))
              .setMemberAttributes(
                  Attributes.newBuilder().setName(cluster.named() ? each.getKey() : ""))
              .build());
    }
    founders.sort((one, other) -> Long.compareUnsigned(one.getID(), other.getID()));
    long self =
        ClusterIds.member(
            cluster.initialMembers().getOrDefault(settings.name(), List.of()), cluster.token());
    return new Identity(
        ClusterIds.cluster(founders.stream().map(Member::getID).toList()), self, founders);
  }

  /** The initial cluster as on the command line. */
  static String text(Map<String, List<String>> members) {
    List<String> items = new ArrayList<>();
    members.forEach((name, urls) -> urls.forEach(url -> items.add(name + "=" + url)));
    return String.join(",", items);
  }

  /** The entries every log of the new cluster begins with: one for each member, committed. */
  static List<Entry> firstEntries(List<Member> founders) {
    List<Entry> entries = new ArrayList<>();
    for (Member founder : founders) {
      ConfChange change =
          new ConfChange.V1(
              0, ConfChange.Type.ADD_VOTER, founder.getID(), MemberJson.encode(founder));
      entries.add(
          new Entry(1, entries.size() + 1L, EntryType.CONF_CHANGE, ConfChangeCodec.encode(change)));
    }
    return entries;
  }
}
