package dev.keelson.storage.bbolt;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Reads parts of a file. Once one follows another, many are fetched at a time: pages are small, and
 * lie mostly in the order of their keys. Not thread-safe.
 */
final class ReadAhead {
  private static final int WINDOW_BYTES = 128 << 10;

  private final FileChannel file;
  private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES).limit(0);
  private long windowStart;
  private long next = -1;

  ReadAhead(FileChannel file) {
    this.file = file;
  }

  /**
   * Fills a part of an array.
   *
   * @throws EOFException if the file ends before
   */
  void read(byte[] into, int from, int length, long position) throws IOException {
    boolean follows = position == next;
    next = position + length;
    if (follows && !holds(position, length) && length <= WINDOW_BYTES) {
      fill(position, length);
    }
    if (holds(position, length)) {
      window.get((int) (position - windowStart), into, from, length);
    } else {
      readFully(file, ByteBuffer.wrap(into, from, length), position);
    }
  }

  private boolean holds(long position, int length) {
    return position >= windowStart && position + length <= windowStart + window.limit();
  }

  private void fill(long position, int bytesMin) throws IOException {
    windowStart = position;
    window.clear();
    try {
      while (window.position() < bytesMin && file.read(window, position + window.position()) > 0) {
        // most often one read does it
      }
    } finally {
      window.flip();
    }
  }

  /**
   * Fills a buffer.
   *
   * @throws EOFException if the file ends before
   */
  static void readFully(FileChannel file, ByteBuffer into, long position) throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int read = file.read(into, at);
      if (read < 0) {
        throw new EOFException("the file ends at byte " + at + " while it is read");
      }
      at += read;
    }
  }
}
