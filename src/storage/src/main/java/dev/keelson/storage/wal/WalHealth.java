package dev.keelson.storage.wal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Whether a log can still be used: its first failure is final. Thread-safe. */
final class WalHealth {
  private volatile @Nullable WalException failure;
  private volatile boolean closed;

  boolean isFailed() {
    return failure != null;
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
  }

  void requireUsable() {
    WalException before = failure;
    if (before != null) {
      throw new WalException("the log failed before: " + before.getMessage(), before);
    }
    if (closed) {
      throw new IllegalStateException("the log is closed");
    }
  }

  WalException fail(String what, IOException e) {
    return fail(new WalException(what + ": " + e, e));
  }

  /** Remembers the failure, if it is the first, and returns it to be thrown. */
  synchronized WalException fail(WalException e) {
    if (failure == null) {
      failure = e;
    }
    return e;
  }
}
