package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;

/**
 * The few protobuf primitives that rows are made of, written into arrays of exactly the right size.
 * Generated message classes would cost an object and a copy of the value for each row read or
 * written.
 */
final class Wire {
  static final int KV_KEY = 1 << 3 | 2;
  static final int KV_CREATE = 2 << 3;
  static final int KV_MOD = 3 << 3;
  static final int KV_VERSION = 4 << 3;
  static final int KV_VALUE = 5 << 3 | 2;
  static final int KV_LEASE = 6 << 3;

  private Wire() {}

  static int varintSize(long value) {
    return value == 0 ? 1 : (70 - Long.numberOfLeadingZeros(value)) / 7;
  }

  /** Size of a field with a one-byte tag; zero is not written, as proto3 demands. */
  static int int64FieldSize(long value) {
    return value == 0 ? 0 : 1 + varintSize(value);
  }

  static int bytesFieldSize(int length) {
    return 1 + varintSize(length) + length;
  }

  /** Fills an array that was sized beforehand. */
  static final class Output {
    private final byte[] target;
    private int at;

    Output(int size) {
      target = new byte[size];
    }

    void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        target[at++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      target[at++] = (byte) rest;
    }

    void int64Field(int tag, long value) {
      if (value != 0) {
        target[at++] = (byte) tag;
        varint(value);
      }
    }

    void bytesField(int tag, byte[] value) {
      bytesField(tag, value, 0, value.length);
    }

    void bytesField(int tag, byte[] value, int offset, int length) {
      target[at++] = (byte) tag;
      varint(length);
      System.arraycopy(value, offset, target, at, length);
      at += length;
    }

    void bytesField(int tag, ByteString value) {
      target[at++] = (byte) tag;
      varint(value.size());
      value.copyTo(target, at);
      at += value.size();
    }

    byte[] finished() {
      if (at != target.length) {
        throw new IllegalStateException("encoded " + at + " bytes into " + target.length);
      }
      return target;
    }
  }

  /** Reads an array that this process wrote; bounds errors surface as array exceptions. */
  static final class Input {
    private final byte[] source;
    private int at;

    Input(byte[] source, int offset) {
      this.source = source;
      this.at = offset;
    }

    boolean hasMore() {
      return at < source.length;
    }

    int position() {
      return at;
    }

    int tag() {
      return source[at++] & 0xff;
    }

    long varint() {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = source[at++];
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    int length() {
      return Math.toIntExact(varint());
    }

    /** Passes over {@code length} bytes; returns where they start. */
    int skip(int length) {
      int start = at;
      at += length;
      return start;
    }
  }
}
