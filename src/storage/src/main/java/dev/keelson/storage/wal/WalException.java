package dev.keelson.storage.wal;

import java.io.Serial;

/**
 * The log can no longer be written or read. Final: what is on the disk is unknown until the log is
 * opened again, so the member stops.
 */
public class WalException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public WalException(String message) {
    super(message);
  }

  public WalException(String message, Throwable cause) {
    super(message, cause);
  }
}
