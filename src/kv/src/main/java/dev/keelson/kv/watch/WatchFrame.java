package dev.keelson.kv.watch;

import java.io.IOException;
import java.io.OutputStream;

/**
 * One encoded {@code etcdserverpb.WatchResponse}, made of parts that other frames share: the
 * header, the few bytes of the watch's own fields, and the events. Immutable; may be sent to any
 * number of sinks.
 */
public final class WatchFrame {
  private final byte[] header;
  private final byte[] fields;
  private final EventBlock events;
  private final int from;
  private final int to;
  private final int sizeBytes;

  WatchFrame(byte[] header, byte[] fields) {
    this(header, fields, EventBlock.EMPTY, 0, 0);
  }

  WatchFrame(byte[] header, byte[] fields, EventBlock events, int from, int to) {
    this.header = header;
    this.fields = fields;
    this.events = events;
    this.from = from;
    this.to = to;
    long size = (long) header.length + fields.length;
    for (int i = from; i < to; i++) {
      size += events.event(i).length;
    }
    this.sizeBytes = Math.toIntExact(size);
  }

  /** The length of the encoded message in bytes. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** How many events the response carries. */
  public int eventCount() {
    return to - from;
  }

  /**
   * Writes the encoded message, {@link #sizeBytes()} bytes.
   *
   * @throws IOException when {@code out} does
   */
  public void writeTo(OutputStream out) throws IOException {
    out.write(header);
    out.write(fields);
    for (int i = from; i < to; i++) {
      out.write(events.event(i));
    }
  }

  /** The shared bytes of one event, so that a test can see that they are shared. */
  byte[] eventBytes(int index) {
    return events.event(from + index);
  }
}
