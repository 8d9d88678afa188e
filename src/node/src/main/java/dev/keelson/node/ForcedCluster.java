package dev.keelson.node;

import dev.keelson.kv.member.MemberJson;
import dev.keelson.kv.member.Members;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfChangeException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The entries that leave one member alone in its cluster. */
final class ForcedCluster {
  /** Where a member is said to be that the cluster has forgotten, as in etcd. */
  private static final String PEER_URL = "http://localhost:2380";

  private ForcedCluster() {}

  /**
   * The entries to append behind {@code last}.
   *
   * @param members the members as of {@code applied}
   * @param log the committed entries that are there, some of which may not be applied yet
   */
  static List<Entry> entries(
      long self, Members members, long applied, List<Entry> log, long last, long term) {
    TreeSet<Long> ids = new TreeSet<>(Long::compareUnsigned);
    members.all().forEach(each -> ids.add(each.getID()));
    for (Entry entry : log) {
      if (entry.index() > applied && entry.type() == EntryType.CONF_CHANGE) {
        ConfChange.Single change = decode(entry);
        switch (change.type()) {
          case ADD_VOTER, ADD_LEARNER -> ids.add(change.nodeId());
          case REMOVE -> ids.remove(change.nodeId());
          case UPDATE -> {}
        }
      }
    }
    List<Entry> entries = new ArrayList<>();
    if (!ids.contains(self)) {
      Member record =
          Member.newBuilder()
              .setID(self)
              .setRaftAttributes(RaftAttributes.newBuilder().addPeerUrls(PEER_URL))
              .build();
      add(
          entries,
          new ConfChange.V1(0, ConfChange.Type.ADD_VOTER, self, MemberJson.encode(record)),
          last,
          term);
    }
    for (long id : ids) {
      if (id != self) {
        add(entries, ConfChange.single(ConfChange.Type.REMOVE, id), last, term);
      }
    }
    return entries;
  }

  private static void add(List<Entry> entries, ConfChange change, long last, long term) {
    entries.add(
        new Entry(
            term,
            last + entries.size() + 1,
            EntryType.CONF_CHANGE,
            ConfChangeCodec.encode(change)));
  }

  private static ConfChange.Single decode(Entry entry) {
    try {
      return ConfChangeCodec.decodeV1(entry.data()).changes().getFirst();
    } catch (ConfChangeException e) {
      throw new IllegalStateException("membership entry " + entry.index(), e);
    }
  }
}
