package dev.keelson.node;

import dev.keelson.kv.member.MemberJson;
import dev.keelson.node.env.Environment;
import dev.keelson.proto.membershippb.Attributes;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.SnapshotMarker;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalMetadata;
import dev.keelson.storage.wal.WalState;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member keeps on disk.
 *
 * <pre>
 * data-dir/lock      held while a process uses the directory
 * data-dir/wal/      the raft log (or --wal-dir)
 * data-dir/state/    the state machine: a cache of the log, plus what the log has dropped
 * </pre>
 */
final class MemberStorage implements AutoCloseable {
  private static final String STATE = "state";

  private final Closeable lock;
  private final Wal wal;
  private final WalState recovered;
  private final KvBackend backend;
  private final long memberId;
  private final long clusterId;

  private MemberStorage(
      Closeable lock, Wal wal, WalState recovered, KvBackend backend, WalMetadata metadata) {
    this.lock = lock;
    this.wal = wal;
    this.recovered = recovered;
    this.backend = backend;
    this.memberId = metadata.memberId();
    this.clusterId = metadata.clusterId();
  }

  /**
   * Opens the directory of a member, or makes it that of a new one-member cluster. Ids, once given,
   * come from the log.
   *
   * @throws MemberStartException if the directory is in use, foreign, incomplete or damaged
   */
  static MemberStorage open(MemberSettings settings, Environment environment) {
    Path dataDir = settings.dataDir();
    if (environment.exists(dataDir.resolve("member"))) {
      throw new MemberStartException(
          dataDir
              + " holds the data of an etcd member: choose another --data-dir; etcd's data comes in"
              + " through a snapshot");
    }
    Closeable lock = null;
    Wal wal = null;
    try {
      Disk disk = environment.disk(dataDir);
      lock = disk.lock("lock");
      Path walDir = settings.walDir().toAbsolutePath();
      Path walParent = walDir.getParent();
      if (walParent == null) {
        throw new MemberStartException("--wal-dir cannot be the root of the file system");
      }
      Disk walDisk = environment.disk(walParent);
      String walName = walDir.getFileName().toString();
      WalState state;
      if (Wal.exists(walDisk, walName)) {
        Wal.Opened opened =
            Wal.open(
                walDisk,
                walName,
                Wal.metadata(walDisk, walName),
                environment.walOptions(),
                environment.pool());
        wal = opened.wal();
        state = opened.state();
      } else {
        if (environment.exists(dataDir.resolve(STATE))) {
          throw new MemberStartException(
              dataDir
                  + " has a state machine but no log in "
                  + walDir
                  + ": give the --wal-dir it was started with, or restore from a snapshot");
        }
        long memberId = ClusterIds.member(settings.peerUrls(), settings.clusterToken());
        WalMetadata metadata = new WalMetadata(ClusterIds.cluster(List.of(memberId)), memberId);
        wal = Wal.create(walDisk, walName, metadata, environment.walOptions(), environment.pool());
        state = bootstrap(wal, metadata, settings);
      }
      KvBackend backend = environment.backend(dataDir.resolve(STATE), settings.memory());
      return new MemberStorage(lock, wal, state, backend, state.metadata());
    } catch (IOException e) {
      release(wal, lock);
      throw new MemberStartException("cannot open " + dataDir + ": " + e.getMessage(), e);
    } catch (MemberStartException e) {
      release(wal, lock);
      throw e;
    } catch (RuntimeException e) {
      release(wal, lock);
      throw new MemberStartException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void release(@Nullable Wal wal, @Nullable Closeable lock) {
    try {
      if (wal != null) {
        wal.close();
      }
      if (lock != null) {
        lock.close();
      }
    } catch (IOException | RuntimeException e) {
      // the reason why the start failed is what the caller must hear
    }
  }

  /** Writes the entry that makes this member the cluster, already committed, as etcd does. */
  private static WalState bootstrap(Wal wal, WalMetadata metadata, MemberSettings settings) {
    Member self =
        Member.newBuilder()
            .setID(metadata.memberId())
            .setRaftAttributes(RaftAttributes.newBuilder().addAllPeerUrls(settings.peerUrls()))
            .setMemberAttributes(Attributes.newBuilder().setName(settings.name()))
            .build();
    ConfChange change =
        new ConfChange.V1(
            0, ConfChange.Type.ADD_VOTER, metadata.memberId(), MemberJson.encode(self));
    Entry entry = new Entry(1, 1, EntryType.CONF_CHANGE, ConfChangeCodec.encode(change));
    HardState committed = new HardState(1, 0, 1);
    wal.appendAndSync(WalLog.toWal(committed), List.of(entry));
    return new WalState(metadata, WalLog.toWal(committed), null, List.of(entry), 0);
  }

  long memberId() {
    return memberId;
  }

  long clusterId() {
    return clusterId;
  }

  Wal wal() {
    return wal;
  }

  KvBackend backend() {
    return backend;
  }

  /**
   * The log as consensus wants it.
   *
   * @param applied what the state machine has durably reached
   * @param confState the membership as of {@code applied}
   * @throws MemberStartException if log and state do not fit together
   */
  MemoryLog memoryLog(long applied, ConfState confState) {
    MemoryLog log = new MemoryLog(confState);
    SnapshotMarker marker = recovered.snapshot();
    long start = 0;
    if (marker != null) {
      start = marker.index();
      log.applySnapshot(
          new SnapshotMetadata(start, marker.term(), WalLog.decode(marker.confState())));
      log.setConfState(confState);
    }
    log.append(recovered.entries());
    if (applied < start || applied > log.lastIndex()) {
      throw new MemberStartException(
          "the state machine is at entry %d but the log holds %d to %d: one of them is not this member's, or was damaged; restore from a snapshot, or remove this member and add it again"
              .formatted(applied, start + 1, log.lastIndex()));
    }
    HardState durable = WalLog.fromWal(recovered.hardState());
    // the commit index is written without waiting for the disk; what is applied was committed
    log.setHardState(
        new HardState(durable.term(), durable.vote(), Math.max(durable.commit(), applied)));
    return log;
  }

  /** Closes the backend, which flushes it, then the log. */
  @Override
  public void close() {
    try (lock) {
      backend.close();
      wal.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
