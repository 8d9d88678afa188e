package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.node.peer.Directories;
import dev.keelson.node.peer.SnapshotStore;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The member's state as snapshots are taken of it and replace it.
 *
 * <p>What has arrived waits until consensus asks for it; then, on the applier's thread: a note is
 * written, the backend's contents are replaced, the state machine reloads. The log follows, by the
 * log writer. A crash before the replacement leaves the old state with its log; after it, the note
 * lets the next start bring the log forward; see {@link MemberStorage}.
 */
final class SnapshotInstaller implements SnapshotStore {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotInstaller.class);
  private static final String DIRECTORY = "snapshots";

  private final Path directory;
  private final KvBackend backend;
  private final StateMachine state;
  private final LongSupplier applied;
  private final InstallNote note;
  private final TreeMap<Long, Arrived> arrived = new TreeMap<>();

  private record Arrived(Path checkpoint, SnapshotMetadata snapshot) {}

  /**
   * Creates the installer.
   *
   * @param dataDir where the state is
   * @param disk the same
   * @param applied the last entry applied; asked from any thread
   */
  SnapshotInstaller(
      Path dataDir, Disk disk, KvBackend backend, StateMachine state, LongSupplier applied) {
    this.directory = dataDir.resolve(DIRECTORY);
    this.backend = backend;
    this.state = state;
    this.applied = applied;
    this.note = new InstallNote(disk);
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public SnapshotMetadata checkpoint(Path target) throws IOException {
    backend.checkpoint(target);
    // the state moves on while the checkpoint is written: only the checkpoint knows where it is
    return backend.inspect(target, StateMachine::position);
  }

  @Override
  public boolean needs(long index) {
    return index > applied.getAsLong();
  }

  @Override
  public void arrived(Path checkpoint, SnapshotMetadata snapshot) throws IOException {
    try {
      SnapshotMetadata found = backend.inspect(checkpoint, StateMachine::position);
      if (!found.equals(snapshot)) {
        throw new IOException(
            "the snapshot is said to be at %d of term %d but is at %d of term %d"
                .formatted(snapshot.index(), snapshot.term(), found.index(), found.term()));
      }
    } catch (IOException | RuntimeException e) {
      Directories.delete(checkpoint);
      throw e;
    }
    synchronized (arrived) {
      // consensus did not want them, or they came twice, as after an answer that was lost
      discard(arrived.headMap(applied.getAsLong(), true));
      discard(arrived.subMap(snapshot.index(), true, snapshot.index(), true));
      arrived.put(snapshot.index(), new Arrived(checkpoint, snapshot));
    }
  }

  private static void discard(Map<Long, Arrived> unwanted) {
    for (Arrived each : unwanted.values()) {
      try {
        Directories.delete(each.checkpoint());
      } catch (IOException e) {
        LOG.warn("cannot remove {}", each.checkpoint(), e); // the next start does
      }
    }
    unwanted.clear();
  }

  /**
   * Replaces the state machine by a snapshot that has arrived; durable when this returns. Applier's
   * thread, between two batches.
   *
   * @throws IllegalStateException if it has not arrived
   */
  void install(SnapshotMetadata snapshot) {
    Arrived staged;
    synchronized (arrived) {
      staged = arrived.remove(snapshot.index());
    }
    if (staged == null || staged.snapshot().term() != snapshot.term()) {
      throw new IllegalStateException(
          "snapshot %d of term %d was not received".formatted(snapshot.index(), snapshot.term()));
    }
    long before = state.appliedIndex();
    try {
      note.write(snapshot);
      backend.replaceContents(staged.checkpoint());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot install snapshot " + snapshot.index(), e);
    }
    state.reload();
    synchronized (arrived) {
      discard(arrived.headMap(snapshot.index()));
    }
    LOG.atInfo()
        .addKeyValue("snapshot-index", snapshot.index())
        .addKeyValue("applied-before", before)
        .addKeyValue("revision", state.store().revision())
        .log("applied snapshot");
  }
}
