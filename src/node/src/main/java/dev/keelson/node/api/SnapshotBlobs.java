package dev.keelson.node.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.snapshot.SnapshotExport;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one snapshot: the file in blobs with a count of the bytes that remain, then the
 * SHA-256 of the file. Not thread-safe, but not bound to a thread.
 */
final class SnapshotBlobs implements AutoCloseable {
  private static final int BLOB_BYTES = 32 << 10;
  private static final int DIGESTED_TOGETHER = 8;
  private static final int REMAINING_BYTES = 2;
  private static final int BLOB = 3;
  private static final int VERSION = 4;

  private final SnapshotExport export;
  private final byte[] version;
  private final Executor beside;
  private final MessageDigest digest = sha256();
  private List<byte[]> undigested = new ArrayList<>();
  private FutureTask<?> digesting = new FutureTask<>(() -> {}, null);
  private final ArrayDeque<byte[]> full = new ArrayDeque<>();
  private byte[] filling = new byte[BLOB_BYTES];
  private int filled;
  private long remaining;
  private boolean written;
  private boolean ended;

  /**
   * Takes over the view.
   *
   * @param beside may run a task soon, on another thread
   */
  SnapshotBlobs(View view, String storageVersion, Executor beside) {
    this.beside = beside;
    export = new SnapshotExport(view, storageVersion);
    version = storageVersion.getBytes(US_ASCII);
    remaining = export.layout().sizeBytes();
    append(export.layout().metaPages());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The next message; null after the last. */
  @Nullable Encoded next() {
    while (full.isEmpty() && !written) {
      if (!export.write(BLOB_BYTES, this::append)) {
        written = true;
        if (filled > 0) {
          full.add(Arrays.copyOf(filling, filled));
        }
      }
    }
    byte[] blob = full.poll();
    if (blob != null) {
      digest(blob);
      remaining -= blob.length;
      return message(blob);
    }
    if (ended) {
      return null;
    }
    ended = true;
    awaitDigest();
    undigested.forEach(digest::update);
    return message(digest.digest());
  }

  /** A quarter of all the work, so it is done beside; at most one task waits. */
  private void digest(byte[] blob) {
    undigested.add(blob);
    if (undigested.size() == DIGESTED_TOGETHER) {
      awaitDigest();
      List<byte[]> blobs = undigested;
      undigested = new ArrayList<>();
      digesting = new FutureTask<>(() -> blobs.forEach(digest::update), null);
      try {
        beside.execute(digesting);
      } catch (RejectedExecutionException e) {
        digesting.run(); // the member stops; the stream will hear of it
      }
    }
  }

  /** Does it here if nobody has begun, so that no two streams can wait for each other. */
  private void awaitDigest() {
    digesting.run();
    boolean interrupted = false;
    while (true) {
      try {
        var _ = digesting.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Encoded message(byte[] blob) {
    return new WireWriter()
        .int64(REMAINING_BYTES, remaining)
        .message(BLOB, blob, 0)
        .message(VERSION, version, 0);
  }

  private void append(ByteBuffer pages) {
    while (pages.hasRemaining()) {
      int length = Math.min(pages.remaining(), BLOB_BYTES - filled);
      pages.get(filling, filled, length);
      filled += length;
      if (filled == BLOB_BYTES) {
        full.add(filling);
        filling = new byte[BLOB_BYTES];
        filled = 0;
      }
    }
  }

  @Override
  public void close() {
    export.close();
  }
}
