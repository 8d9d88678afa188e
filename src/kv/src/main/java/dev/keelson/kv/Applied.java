package dev.keelson.kv;

import dev.keelson.kv.error.KvException;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one log entry, for the client that waits for it here, if there is one.
 *
 * @param result what the command answered; null if it failed
 * @param failure why it failed; null if it did not
 */
public record Applied(@Nullable Object result, @Nullable KvException failure) {
  /** The answer of a command that has none of its own. */
  public static final Object NOTHING = new Object();

  static Applied of(Object result) {
    return new Applied(result, null);
  }

  static Applied failed(KvException failure) {
    return new Applied(null, failure);
  }
}
