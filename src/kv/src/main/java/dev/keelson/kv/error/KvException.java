package dev.keelson.kv.error;

import java.io.Serial;

/**
 * A request failed for a reason the client is told; nothing was changed. Carries no stack trace: it
 * is an answer.
 */
public final class KvException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final KvError error;

  public KvException(KvError error) {
    super(error.text(), null, false, false);
    this.error = error;
  }

  public KvError error() {
    return error;
  }
}
