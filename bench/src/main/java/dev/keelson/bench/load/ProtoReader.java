package dev.keelson.bench.load;

/**
 * Walks over the fields of an encoded protobuf message without making objects. After {@link
 * #next()} the field's value is in {@link #varint()} or in the range {@link #start()} to {@link
 * #end()}.
 */
final class ProtoReader {
  private byte[] bytes = new byte[0];
  private int at;
  private int limit;
  private int field;
  private long varint;
  private int start;
  private int end;

  ProtoReader over(byte[] source, int from, int to) {
    bytes = source;
    at = from;
    limit = to;
    return this;
  }

  /** Enters the length-delimited value that {@code outer} stands on. */
  ProtoReader into(ProtoReader outer) {
    return over(outer.bytes, outer.start, outer.end);
  }

  /**
   * Moves to the next field; false at the end.
   *
   * @throws IllegalArgumentException when the bytes are not a message
   */
  boolean next() {
    if (at >= limit) {
      return false;
    }
    long tag = raw();
    field = (int) (tag >>> 3);
    switch ((int) tag & 7) {
      case 0 -> varint = raw();
      case 1 -> skip(8);
      case 2 -> {
        long length = raw();
        start = at;
        if (length < 0 || length > limit - at) {
          throw new IllegalArgumentException("field " + field + " passes the end");
        }
        at += (int) length;
        end = at;
      }
      case 5 -> skip(4);
      default -> throw new IllegalArgumentException("wire type " + (tag & 7));
    }
    return true;
  }

  int field() {
    return field;
  }

  long varint() {
    return varint;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  byte[] array() {
    return bytes;
  }

  private void skip(int count) {
    start = at;
    at += count;
    end = at;
  }

  private long raw() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= limit) {
        throw new IllegalArgumentException("varint passes the end");
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new IllegalArgumentException("varint of more than 10 bytes");
  }
}
