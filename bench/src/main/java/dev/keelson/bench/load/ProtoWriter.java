package dev.keelson.bench.load;

import java.util.Arrays;

/** Encodes a protobuf message into a buffer that is used again for the next one. */
final class ProtoWriter {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;

  private byte[] bytes = new byte[512];
  private int length;

  byte[] array() {
    return bytes;
  }

  int length() {
    return length;
  }

  ProtoWriter clear() {
    length = 0;
    return this;
  }

  /** A field of an integer, enum or bool type; written even when it is 0. */
  ProtoWriter varint(int field, long value) {
    reserve(20);
    raw((long) field << 3 | VARINT);
    raw(value);
    return this;
  }

  ProtoWriter bytes(int field, byte[] source, int from, int count) {
    reserve(20 + count);
    raw((long) field << 3 | LENGTH_DELIMITED);
    raw(count);
    System.arraycopy(source, from, bytes, length, count);
    length += count;
    return this;
  }

  ProtoWriter bytes(int field, byte[] source) {
    return bytes(field, source, 0, source.length);
  }

  ProtoWriter message(int field, ProtoWriter nested) {
    return bytes(field, nested.bytes, 0, nested.length);
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[length++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * (length + more));
    }
  }
}
