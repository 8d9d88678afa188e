package dev.keelson.kv.watch;

/**
 * Where one stream's responses go: the outbound half of a gRPC call.
 *
 * <p>Both methods are called under the stream's lock, by the delivery loop, the catch-up loop and
 * the threads that call {@link WatchStream}; they must not block.
 */
public interface WatchSink {
  /**
   * Whether the sink holds less than its byte budget of unsent responses. Once this returned false,
   * {@link WatchStream#onReady()} must be called when it turns true again, or the stream's watches
   * stay parked for ever.
   */
  boolean isReady();

  /**
   * Takes a response; calls are in response order. Events come only while {@link #isReady()}, but
   * control responses (created, canceled) and the further fragments of a response come regardless.
   */
  void send(WatchFrame frame);
}
