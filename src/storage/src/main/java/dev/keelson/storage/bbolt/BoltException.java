package dev.keelson.storage.bbolt;

import java.io.IOException;

/** A file that is not a bbolt file, or a damaged one; the message says at which page. */
public final class BoltException extends IOException {
  private static final long serialVersionUID = 1;

  BoltException(String message) {
    super(message);
  }

  static BoltException at(long page, String problem) {
    return new BoltException("page " + Long.toUnsignedString(page) + ": " + problem);
  }
}
