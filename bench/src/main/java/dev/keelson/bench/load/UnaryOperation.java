package dev.keelson.bench.load;

import org.jspecify.annotations.Nullable;

/**
 * A kind of unary call: how each request looks and what a right answer is. Used on one loop thread.
 */
interface UnaryOperation {
  /** The gRPC method. */
  String path();

  /**
   * The next request, in a buffer that the next call may overwrite; null when there is nothing left
   * to ask.
   *
   * @param slot which of the outstanding calls asks, from 0
   */
  @Nullable ProtoWriter request(int slot);

  /** What is wrong with the answer to this slot's last request; null when it is right. */
  @Nullable String problem(int slot, byte[] response, int from, int to);
}
