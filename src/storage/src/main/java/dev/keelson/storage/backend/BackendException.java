package dev.keelson.storage.backend;

import java.io.Serial;

/**
 * A read or write of the backend failed. What is in memory can no longer be trusted: the member
 * stops.
 */
public final class BackendException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public BackendException(String message) {
    super(message);
  }

  public BackendException(String message, Throwable cause) {
    super(message, cause);
  }
}
