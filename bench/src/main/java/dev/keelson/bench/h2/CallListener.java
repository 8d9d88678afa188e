package dev.keelson.bench.h2;

import org.jspecify.annotations.Nullable;

/**
 * What happens to calls; all methods run on the loop thread of the call's connection and must not
 * block.
 */
public interface CallListener {
  /** One whole response message; the bytes are valid only during this method. */
  void onMessage(Call call, byte[] bytes, int offset, int length);

  /**
   * One whole response message above 256 MiB, whose bytes were dropped as they came.
   *
   * @throws IllegalArgumentException unless overridden, for nobody expects one
   */
  default void onHugeMessage(Call call, long length) {
    throw new IllegalArgumentException("gRPC message of " + length + " bytes");
  }

  /**
   * The call is over; comes exactly once for each started call.
   *
   * @param status the gRPC status code; 0 is success
   * @param message the server's text, or what the client saw go wrong
   */
  void onClose(Call call, int status, @Nullable String message);
}
