package dev.keelson.kv.snapshot;

import java.io.IOException;

/** A file that is whole but does not hold a state that can be taken over; the message says why. */
public final class SnapshotFormatException extends IOException {
  private static final long serialVersionUID = 1;

  SnapshotFormatException(String message) {
    super(message);
  }

  SnapshotFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
