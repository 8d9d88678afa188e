package dev.keelson.kv.mvcc;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The keys of the families that are not plain user keys. */
final class StoreKeys {
  static final byte[] APPLIED = ascii("consistent_index");
  static final byte[] SCHEDULED_COMPACTION = ascii("scheduledCompactRev");
  static final byte[] FINISHED_COMPACTION = ascii("finishedCompactRev");
  static final byte[] COUNTS = ascii("counts");
  static final byte[] EVENT_BYTES = ascii("eventBytes");

  private static final int EVENT_LENGTH = 17;

  /** The length of a key of {@code events}, at most. */
  static final int EVENT_LENGTH_MAX = EVENT_LENGTH + 1;

  private static final byte SEPARATOR = '_';
  private static final byte DELETION = 't';
  private static final byte ESCAPE = (byte) 0xff;
  private static final byte TERMINATOR = 1;

  private StoreKeys() {}

  private static byte[] ascii(String name) {
    return name.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** The key of a put in {@code events}. */
  static byte[] event(long main, long sub) {
    return ByteBuffer.allocate(EVENT_LENGTH).putLong(main).put(SEPARATOR).putLong(sub).array();
  }

  /** The key of a deletion in {@code events}. */
  static byte[] deletion(long main, long sub) {
    return ByteBuffer.allocate(EVENT_LENGTH + 1)
        .putLong(main)
        .put(SEPARATOR)
        .putLong(sub)
        .put(DELETION)
        .array();
  }

  static boolean isDeletion(byte[] eventKey) {
    return eventKey.length == EVENT_LENGTH + 1;
  }

  /**
   * Checks bytes from elsewhere.
   *
   * @throws IllegalArgumentException if they are not a key of {@code events}
   */
  static void requireEvent(byte[] stored) {
    boolean formed =
        (stored.length == EVENT_LENGTH
                || (stored.length == EVENT_LENGTH + 1 && stored[EVENT_LENGTH] == DELETION))
            && stored[Long.BYTES] == SEPARATOR
            && eventMain(stored) >= 0
            && eventSub(stored) >= 0;
    if (!formed) {
      throw new IllegalArgumentException(
          "not a revision: "
              + java.util.HexFormat.of().formatHex(stored, 0, Math.min(64, stored.length)));
    }
  }

  static long eventMain(byte[] eventKey) {
    return ByteBuffer.wrap(eventKey).getLong(0);
  }

  static long eventSub(byte[] eventKey) {
    return ByteBuffer.wrap(eventKey).getLong(9);
  }

  /**
   * The key of a superseded row in {@code history}: the user key, escaped so that composite keys
   * sort like user keys (a zero byte becomes 00 FF, the end is 00 01), then the revision that
   * superseded it.
   */
  static byte[] history(byte[] key, long supersededMain, long supersededSub) {
    byte[] prefix = historyPrefix(key, 16);
    ByteBuffer.wrap(prefix)
        .putLong(prefix.length - 16, supersededMain)
        .putLong(prefix.length - 8, supersededSub);
    return prefix;
  }

  /** The first possible history key of {@code key} and everything after it. */
  static byte[] historyFrom(byte[] key) {
    return historyPrefix(key, 0);
  }

  private static byte[] historyPrefix(byte[] key, int extra) {
    int zeros = 0;
    for (byte each : key) {
      if (each == 0) {
        zeros++;
      }
    }
    byte[] out = new byte[key.length + zeros + 2 + extra];
    int at = 0;
    for (byte each : key) {
      out[at++] = each;
      if (each == 0) {
        out[at++] = ESCAPE;
      }
    }
    out[at++] = 0;
    out[at] = TERMINATOR;
    return out;
  }

  /** The user key of a history key. */
  static byte[] historyUserKey(byte[] historyKey) {
    int end = historyKey.length - 18;
    byte[] out = new byte[end];
    int size = 0;
    for (int at = 0; at < end; at++) {
      out[size++] = historyKey[at];
      if (historyKey[at] == 0) {
        at++;
      }
    }
    return size == end ? out : Arrays.copyOf(out, size);
  }

  static long historySupersededMain(byte[] historyKey) {
    return ByteBuffer.wrap(historyKey).getLong(historyKey.length - 16);
  }

  /** The value of a history row: where the superseded row is in {@code events}. */
  static byte[] pointer(long main, long sub) {
    return ByteBuffer.allocate(16).putLong(main).putLong(sub).array();
  }

  static Revision pointer(byte[] value) {
    ByteBuffer buffer = ByteBuffer.wrap(value);
    return new Revision(buffer.getLong(0), buffer.getLong(8));
  }

  /** The key under which a lease is stored. */
  static byte[] lease(long id) {
    return ByteBuffer.allocate(8).putLong(id).array();
  }

  /** The key that records that {@code key} is attached to the lease. */
  static byte[] leaseKey(long id, byte[] key) {
    return ByteBuffer.allocate(8 + key.length).putLong(id).put(key).array();
  }
}
