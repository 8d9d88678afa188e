package dev.keelson.node.peer;

import dev.keelson.node.env.Environment;
import dev.keelson.raft.SnapshotMetadata;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkpoints that are being sent: followers that need one at the same time share it, and one that
 * was just used is kept a little for whoever asks again.
 */
final class Checkpoints {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
  private static final long LINGER_MILLIS = 30_000;
  private static final int ID_BYTES = 16;

  private final Environment environment;
  private final SnapshotStore store;
  private final RandomGenerator random;
  private @Nullable Shared newest;
  private int taken;

  /** One that is in use, by so many. */
  private static final class Shared {
    final OutgoingSnapshot snapshot;
    int users;
    int uses;

    Shared(OutgoingSnapshot snapshot) {
      this.snapshot = snapshot;
    }
  }

  /** The right to read a checkpoint; close it once. */
  final class Lease implements AutoCloseable {
    private final Shared shared;

    private Lease(Shared shared) {
      this.shared = shared;
    }

    OutgoingSnapshot snapshot() {
      return shared.snapshot;
    }

    @Override
    public void close() {
      release(shared);
    }
  }

  Checkpoints(Environment environment, SnapshotStore store) {
    this.environment = environment;
    this.store = store;
    this.random = environment.random();
  }

  /** A checkpoint at {@code index} or later; blocks while it is taken. */
  synchronized Lease acquire(long index) throws IOException {
    Shared present = newest;
    if (present == null || present.snapshot.metadata().index() < index) {
      present = new Shared(take());
      newest = present;
    }
    present.users++;
    present.uses++;
    return new Lease(present);
  }

  private OutgoingSnapshot take() throws IOException {
    Path directory = store.directory().resolve("out-" + ++taken);
    long begun = environment.nanoTime();
    try {
      SnapshotMetadata metadata = store.checkpoint(directory);
      byte[] id = new byte[ID_BYTES];
      random.nextBytes(id);
      OutgoingSnapshot snapshot = new OutgoingSnapshot(directory, metadata, id);
      LOG.atInfo()
          .addKeyValue("snapshot-index", metadata.index())
          .addKeyValue("bytes", snapshot.sizeBytes())
          .addKeyValue("took-ms", (environment.nanoTime() - begun) / 1_000_000)
          .log("took a checkpoint to send");
      return snapshot;
    } catch (IOException | RuntimeException e) {
      Directories.delete(directory);
      throw e;
    }
  }

  private synchronized void release(Shared shared) {
    shared.users--;
    if (shared.users == 0) {
      int uses = shared.uses;
      var _ =
          environment.after(
              LINGER_MILLIS, () -> environment.pool().execute(() -> remove(shared, uses)));
    }
  }

  private synchronized void remove(Shared shared, int uses) {
    if (shared.users > 0 || shared.uses != uses) {
      return;
    }
    if (newest == shared) {
      newest = null;
    }
    try {
      Directories.delete(shared.snapshot.directory());
    } catch (IOException e) {
      LOG.warn("cannot remove {}", shared.snapshot.directory(), e);
    }
  }
}
