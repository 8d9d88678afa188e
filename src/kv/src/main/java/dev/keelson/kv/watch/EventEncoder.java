package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.Event;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event as the {@code events} field of a WatchResponse: tag, length and {@code
 * mvccpb.Event} with the stored row spliced in. An array is written once and shared by every
 * response that carries the event.
 */
final class EventEncoder {
  private static final byte TAG_EVENTS = (11 << 3) | 2;
  private static final byte TAG_TYPE = 1 << 3;
  private static final byte TYPE_DELETE = 1;
  private static final byte TAG_KV = (2 << 3) | 2;
  private static final byte TAG_PREV_KV = (3 << 3) | 2;

  private EventEncoder() {}

  /** Encodes {@code event}, with the row it replaced unless that is null. */
  static byte[] encode(Event event, byte @Nullable [] previous) {
    byte[] row = event.keyValue();
    int length = (event.deletion() ? 2 : 0) + fieldSize(row);
    if (previous != null) {
      length += fieldSize(previous);
    }
    byte[] out = new byte[1 + Varint.size(length) + length];
    int at = 0;
    out[at++] = TAG_EVENTS;
    at = Varint.put(out, at, length);
    if (event.deletion()) {
      out[at++] = TAG_TYPE;
      out[at++] = TYPE_DELETE;
    }
    at = putField(out, at, TAG_KV, row);
    if (previous != null) {
      putField(out, at, TAG_PREV_KV, previous);
    }
    return out;
  }

  private static int fieldSize(byte[] content) {
    return 1 + Varint.size(content.length) + content.length;
  }

  private static int putField(byte[] out, int at, byte tag, byte[] content) {
    out[at] = tag;
    int start = Varint.put(out, at + 1, content.length);
    System.arraycopy(content, 0, out, start, content.length);
    return start + content.length;
  }
}
