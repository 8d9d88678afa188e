package dev.keelson.storage.backend.rocksdb;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the snapshots and cursors that are open, and frees a database that is retired when the
 * last of them is closed.
 */
final class OpenReaders {
  private final Runnable free;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicBoolean freeing = new AtomicBoolean();
  private final CountDownLatch freed = new CountDownLatch(1);
  private volatile boolean retired;

  /**
   * Creates a count of zero.
   *
   * @param free frees the database; called at most once, on a thread of its own
   */
  OpenReaders(Runnable free) {
    this.free = free;
  }

  void opened() {
    open.incrementAndGet();
  }

  void closed() {
    if (open.decrementAndGet() == 0 && retired) {
      startFreeing();
    }
  }

  /** Snapshots and cursors that are open. */
  int count() {
    return open.get();
  }

  /** From now on only who is open opens more: the database goes with the last. */
  void retire() {
    retired = true;
    if (open.get() == 0) {
      startFreeing();
    }
  }

  private void startFreeing() {
    if (freeing.compareAndSet(false, true)) {
      // the thread that closed the last reader may be one that must not wait for a disk
      Thread.ofPlatform()
          .daemon()
          .name("backend-free")
          .start(
              () -> {
                try {
                  free.run();
                } finally {
                  freed.countDown();
                }
              });
    }
  }

  /** After {@link #retire}, when none is open: returns when the database is freed. */
  void awaitFreed() {
    boolean interrupted = false;
    while (true) {
      try {
        freed.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
