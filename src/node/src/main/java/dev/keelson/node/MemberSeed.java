package dev.keelson.node;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.rocksdb.RocksKvBackend;
import dev.keelson.storage.backend.rocksdb.RocksOptions;
import dev.keelson.storage.disk.FileDisk;
import dev.keelson.storage.wal.SnapshotMarker;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalHardState;
import dev.keelson.storage.wal.WalMetadata;
import dev.keelson.storage.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes the directories of a member whose state comes from elsewhere, so that it starts as if it
 * had applied the entries that add the first members, one each, and had then shortened its log: as
 * etcdutl does. All members of the new cluster seeded with the same state and the same list of
 * members make up the cluster.
 */
public final class MemberSeed {
  /** The name of the state machine's directory in the data directory. */
  public static final String STATE = MemberStorage.STATE;

  /** The name of the log's directory in the data directory, if it has no place of its own. */
  public static final String LOG = "wal";

  /** In the first term the members are added. */
  private static final long TERM = 1;

  private final List<Member> members;
  private final Member self;

  /**
   * Says who the member will be.
   *
   * @param members all members of the new cluster
   * @param self one of them
   */
  public MemberSeed(List<Member> members, Member self) {
    this.members = List.copyOf(members);
    this.self = self;
  }

  /** All members of the new cluster. */
  public List<Member> members() {
    return members;
  }

  /** The member that is made. */
  public Member self() {
    return self;
  }

  /** The id of the cluster. */
  public long clusterId() {
    return ClusterIds.cluster(members.stream().map(Member::getID).toList());
  }

  /** The entry of the log that the state stands for. */
  public long index() {
    return members.size();
  }

  /** The term of that entry. */
  public long term() {
    return TERM;
  }

  /** Opens a state machine's store, which is made if it does not exist. */
  public static KvBackend openState(Path directory, MemberSettings.Memory memory) {
    return RocksKvBackend.open(
        directory,
        Families.ALL,
        new RocksOptions(memory.blockCacheBytes(), memory.memtableBytes()));
  }

  /**
   * Makes the log, durable when this returns.
   *
   * @param directory its directory, which does not exist
   */
  public void createLog(Path directory) throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException("the log cannot be the root of the file system");
    }
    List<Long> voters = members.stream().map(Member::getID).sorted(Long::compareUnsigned).toList();
    ConfState confState = new ConfState(voters, List.of(), List.of(), List.of(), false);
    try (Wal wal =
        Wal.create(
            FileDisk.open(parent),
            directory.getFileName().toString(),
            new WalMetadata(clusterId(), self.getID()),
            WalOptions.DEFAULT,
            Runnable::run)) {
      wal.markSnapshotAndSync(
          new SnapshotMarker(index(), TERM, WalLog.encode(confState)),
          new WalHardState(TERM, 0, index()));
    }
  }
}
