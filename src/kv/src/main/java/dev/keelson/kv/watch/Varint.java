package dev.keelson.kv.watch;

/** Protobuf base-128 varints written straight into byte arrays. */
final class Varint {
  private Varint() {}

  /** Bytes that {@code value} takes, 1 to 10; a negative value takes 10. */
  static int size(long value) {
    int significantBits = Long.SIZE - Long.numberOfLeadingZeros(value | 1);
    return (significantBits + 6) / 7;
  }

  /** Writes {@code value} at {@code at} and returns the position after it. */
  static int put(byte[] target, int at, long value) {
    int position = at;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      target[position++] = (byte) ((rest & 0x7F) | 0x80);
      rest >>>= 7;
    }
    target[position++] = (byte) rest;
    return position;
  }
}
