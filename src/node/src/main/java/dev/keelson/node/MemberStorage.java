package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.member.Members;
import dev.keelson.node.env.Environment;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.SnapshotMetadata;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a member keeps on disk.
 *
 * <pre>
 * data-dir/lock      held while a process uses the directory
 * data-dir/wal/      the raft log (or --wal-dir)
 * data-dir/state/    the state machine: a cache of the log, plus what the log has dropped; after a
 *                    snapshot was installed, until the next start, state.1, state.2, ...
 * data-dir/snapshots/ what is being sent to other members or received
 * </pre>
 */
final class MemberStorage implements AutoCloseable {
  static final String STATE = "state";

  private final Closeable lock;
  private final Disk disk;
  private final Wal wal;
  private WalState recovered;
  private final KvBackend backend;
  private final long memberId;
  private final long clusterId;

  private MemberStorage(
      Closeable lock,
      Disk disk,
      Wal wal,
      WalState recovered,
      KvBackend backend,
      WalMetadata metadata) {
    this.lock = lock;
    this.disk = disk;
    this.wal = wal;
    this.recovered = recovered;
    this.backend = backend;
    this.memberId = metadata.memberId();
    this.clusterId = metadata.clusterId();
  }

  /** Whether this member has run before: then its ids and its cluster come from its log. */
  static boolean exists(MemberSettings settings, Environment environment) {
    Path walDir = settings.walDir().toAbsolutePath();
    try {
      return environment.exists(walDir)
          && Wal.exists(environment.disk(walParent(walDir)), walDir.getFileName().toString());
    } catch (IOException e) {
      throw new MemberStartException("cannot read " + walDir + ": " + e.getMessage(), e);
    }
  }

  private static Path walParent(Path walDir) {
    Path walParent = walDir.getParent();
    if (walParent == null) {
      throw new MemberStartException("--wal-dir cannot be the root of the file system");
    }
    return walParent;
  }

  /**
   * Opens the directory of a member, or makes it that of a new one. Ids, once given, come from the
   * log.
   *
   * @param fresh who a member without data is going to be
   * @throws MemberStartException if the directory is in use, foreign, incomplete or damaged
   */
  static MemberStorage open(
      MemberSettings settings, Environment environment, Supplier<Identity> fresh) {
    Path dataDir = settings.dataDir();
    if (environment.exists(dataDir.resolve("member"))) {
      throw new MemberStartException(
          dataDir
              + " holds the data of an etcd member: choose another --data-dir; etcd's data comes in"
              + " through a snapshot");
    }
    Closeable lock = null;
    Wal wal = null;
    CompletableFuture<KvBackend> opening = null;
    try {
      Disk disk = environment.disk(dataDir);
      lock = disk.lock("lock");
      Path walDir = settings.walDir().toAbsolutePath();
      Disk walDisk = environment.disk(walParent(walDir));
      String walName = walDir.getFileName().toString();
      WalState state;
      if (Wal.exists(walDisk, walName)) {
        // beside the log, as each of them takes its time
        opening = environment.backend(dataDir.resolve(STATE), settings.memory());
        Wal.Opened opened =
            Wal.open(
                walDisk,
                walName,
                Wal.metadata(walDisk, walName),
                environment.walOptions(),
                environment.pool());
        wal = opened.wal();
        state = opened.state();
        if (isBlank(state) && !settings.cluster().exists()) {
          Identity founder = fresh.get();
          if (state.metadata().equals(metadata(founder))) {
            state = begin(wal, state.metadata(), founder);
          }
        }
      } else {
        if (environment.exists(dataDir.resolve(STATE))) {
          throw new MemberStartException(
              dataDir
                  + " has a state machine but no log in "
                  + walDir
                  + ": give the --wal-dir it was started with, or restore from a snapshot");
        }
        Identity identity = fresh.get();
        WalMetadata metadata = metadata(identity);
        wal = Wal.create(walDisk, walName, metadata, environment.walOptions(), environment.pool());
        state = begin(wal, metadata, identity);
        opening = environment.backend(dataDir.resolve(STATE), settings.memory());
      }
      KvBackend backend = await(opening);
      InstallNote note = new InstallNote(disk);
      SnapshotMetadata installed = note.read();
      if (installed != null) {
        if (isAheadOfLog(installed, backend, state)) {
          wal.markSnapshotAndSync(
              new SnapshotMarker(
                  installed.index(), installed.term(), WalLog.encode(installed.confState())),
              null);
          wal.close();
          Wal.Opened opened =
              Wal.open(
                  walDisk, walName, state.metadata(), environment.walOptions(), environment.pool());
          wal = opened.wal();
          state = opened.state();
        }
        note.delete();
      }
      return new MemberStorage(lock, disk, wal, state, backend, state.metadata());
    } catch (IOException e) {
      release(wal, opening, lock);
      throw new MemberStartException("cannot open " + dataDir + ": " + e.getMessage(), e);
    } catch (MemberStartException e) {
      release(wal, opening, lock);
      throw e;
    } catch (RuntimeException e) {
      release(wal, opening, lock);
      throw new MemberStartException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Whether the process died between replacing the state by a snapshot and telling the log: then
   * the log is brought forward, as it would have been.
   */
  private static boolean isAheadOfLog(
      SnapshotMetadata installed, KvBackend backend, WalState state) {
    SnapshotMarker marker = state.snapshot();
    return StateMachine.position(backend).index() >= installed.index()
        && (marker == null || marker.index() < installed.index());
  }

  /** Whether a founder died between making its log and writing who founds the cluster. */
  private static boolean isBlank(WalState state) {
    return state.entries().isEmpty()
        && state.snapshot() == null
        && state.hardState().equals(WalLog.toWal(HardState.EMPTY));
  }

  private static WalMetadata metadata(Identity identity) {
    return new WalMetadata(identity.clusterId(), identity.memberId());
  }

  private static KvBackend await(CompletableFuture<KvBackend> opening) {
    try {
      return opening.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static void release(
      @Nullable Wal wal, @Nullable CompletableFuture<KvBackend> opening, @Nullable Closeable lock) {
    try {
      if (opening != null) {
        await(opening).close();
      }
    } catch (RuntimeException e) {
      // it was not opened
    }
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

  /** Writes the entries that make the founders the cluster, already committed, as etcd does. */
  private static WalState begin(Wal wal, WalMetadata metadata, Identity identity) {
    if (identity.founders().isEmpty()) {
      return new WalState(metadata, WalLog.toWal(HardState.EMPTY), null, List.of());
    }
    List<Entry> entries = Bootstrap.firstEntries(identity.founders());
    HardState committed = new HardState(1, 0, entries.size());
    wal.appendAndSync(WalLog.toWal(committed), entries);
    return new WalState(metadata, WalLog.toWal(committed), null, entries);
  }

  long memberId() {
    return memberId;
  }

  long clusterId() {
    return clusterId;
  }

  /** The data directory. */
  Disk disk() {
    return disk;
  }

  Wal wal() {
    return wal;
  }

  KvBackend backend() {
    return backend;
  }

  /**
   * Makes this member, with what it has applied and what it knows to be committed, a cluster of its
   * own, as etcd's {@code --force-new-cluster}: entries not known to be committed are dropped, and
   * committed ones that remove all others take their place.
   *
   * @param applied what the state machine has reached
   * @param members the members as of then
   */
  void forceNewCluster(long applied, Members members) {
    long commit = Math.max(recovered.hardState().commit(), applied);
    List<Entry> kept =
        recovered.entries().stream().filter(entry -> entry.index() <= commit).toList();
    long term = Math.max(1, recovered.hardState().term());
    List<Entry> added = ForcedCluster.entries(memberId, members, applied, kept, commit, term);
    HardState state = new HardState(term, recovered.hardState().vote(), commit + added.size());
    wal.appendAndSync(WalLog.toWal(state), added);
    List<Entry> all = new ArrayList<>(kept);
    all.addAll(added);
    recovered = new WalState(recovered.metadata(), WalLog.toWal(state), recovered.snapshot(), all);
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
