package dev.keelson.bench.h2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;

/** Bytes waiting for the socket: frames are appended at the end and leave at the front. */
final class OutBuffer {
  private byte[] bytes = new byte[8 * 1024];
  private ByteBuffer view = ByteBuffer.wrap(bytes);
  private int head;
  private int tail;

  boolean isEmpty() {
    return head == tail;
  }

  void frameHeader(int length, int type, int flags, int streamId) {
    reserve(Frames.HEADER_BYTES);
    bytes[tail++] = (byte) (length >>> 16);
    bytes[tail++] = (byte) (length >>> 8);
    bytes[tail++] = (byte) length;
    bytes[tail++] = (byte) type;
    bytes[tail++] = (byte) flags;
    int32(streamId);
  }

  void int16(int value) {
    reserve(2);
    bytes[tail++] = (byte) (value >>> 8);
    bytes[tail++] = (byte) value;
  }

  void int32(int value) {
    reserve(4);
    bytes[tail++] = (byte) (value >>> 24);
    bytes[tail++] = (byte) (value >>> 16);
    bytes[tail++] = (byte) (value >>> 8);
    bytes[tail++] = (byte) value;
  }

  void int8(int value) {
    reserve(1);
    bytes[tail++] = (byte) value;
  }

  void bytes(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, tail, length);
    tail += length;
  }

  /** Writes what the channel takes now; true when nothing is left. */
  boolean writeTo(WritableByteChannel channel) throws IOException {
    if (head < tail) {
      view.limit(tail).position(head);
      head += channel.write(view);
    }
    if (head == tail) {
      head = 0;
      tail = 0;
      return true;
    }
    return false;
  }

  private void reserve(int length) {
    if (tail + length <= bytes.length) {
      return;
    }
    int live = tail - head;
    if (live + length > bytes.length) {
      byte[] larger = Arrays.copyOfRange(bytes, head, head + 2 * (live + length));
      bytes = larger;
      view = ByteBuffer.wrap(larger);
    } else {
      System.arraycopy(bytes, head, bytes, 0, live);
    }
    head = 0;
    tail = live;
  }
}
