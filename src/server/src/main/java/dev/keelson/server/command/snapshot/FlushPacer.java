package dev.keelson.server.command.snapshot;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.keelson.storage.backend.KvBackend;
import java.util.concurrent.Semaphore;

/** Hands what gathers in memory to the disk in time, with at most two flushes under way. */
final class FlushPacer {
  private static final int UNDER_WAY_MAX = 2;
  private static final long FAILURE_POLL_MILLIS = 50;

  private final KvBackend backend;
  private final long flushBytes;
  private final Semaphore permits = new Semaphore(UNDER_WAY_MAX);

  FlushPacer(KvBackend backend, long flushBytes) {
    this.backend = backend;
    this.flushBytes = flushBytes;
  }

  /** Starts a flush if it is due; waits if too much is under way. */
  void pace() throws InterruptedException {
    if (backend.unflushedBytes() < flushBytes) {
      return;
    }
    while (!permits.tryAcquire(FAILURE_POLL_MILLIS, MILLISECONDS)) {
      // a flush that failed never ends; any call then throws
      if (backend.sizeBytes() < 0) {
        throw new IllegalStateException("a size below zero");
      }
    }
    backend.startFlush(permits::release);
  }
}
