package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;

/** Takes the pages of a file in the order in which they stand there. */
@FunctionalInterface
public interface PageSink {
  /** Takes nothing: pages are counted, not made. */
  PageSink NONE = _ -> {};

  /**
   * Takes the next page or the next run of pages that belong together.
   *
   * @param pages a multiple of {@link BoltLayout#PAGE_BYTES}; the writer's, valid during the call
   */
  void append(ByteBuffer pages);
}
