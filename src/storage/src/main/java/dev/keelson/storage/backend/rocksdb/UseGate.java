package dev.keelson.storage.backend.rocksdb;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Counts the threads inside a native object so that it is freed only when none is: RocksJava checks
 * handles with assertions only, and a call on a freed one ends the process. Two atomic additions a
 * call.
 */
final class UseGate {
  /** Added to the count of threads inside while the gate is shut. */
  private static final long SHUT = 1L << 62;

  private static final long POLL_NANOS = 50_000;

  private final String name;
  private final AtomicLong state = new AtomicLong();

  UseGate(String name) {
    this.name = name;
  }

  /**
   * Every call that returns is followed by one {@link #exit}.
   *
   * @throws IllegalStateException if the gate is shut
   */
  void enter() {
    if (!tryEnter()) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  /** The same; false if the gate is shut. */
  boolean tryEnter() {
    if (state.incrementAndGet() >= SHUT) {
      state.decrementAndGet();
      return false;
    }
    return true;
  }

  void exit() {
    state.decrementAndGet();
  }

  /** Lets nobody in any more; false if it was shut before. */
  boolean shut() {
    while (true) {
      long inside = state.get();
      if (inside >= SHUT) {
        return false;
      }
      if (state.compareAndSet(inside, inside + SHUT)) {
        return true;
      }
    }
  }

  /** After {@link #shut}: returns when the last thread has left. */
  void awaitEmpty() {
    while (state.get() != SHUT) {
      LockSupport.parkNanos(this, POLL_NANOS);
    }
  }

  void reopen() {
    state.addAndGet(-SHUT);
  }
}
