package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.storage.disk.DiskFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads the records of one segment through a window that moves forward. */
final class SegmentReader {
  private static final int WINDOW_BYTES = 128 << 10;
  private static final byte[] ZEROS = new byte[4 << 10];

  /** A header whose sum is right. */
  record Header(int at, byte type, int length, int durable, int previous, int crc) {
    int payload() {
      return at + RecordFormat.HEADER_BYTES;
    }

    int next() {
      return RecordFormat.nextStart(payload() + length);
    }
  }

  /** What stands before the data of an entry. */
  record EntryHead(long term, long index, EntryType type) {
    private static final int BYTES = 2 * Long.BYTES + 1;
  }

  private final DiskFile file;
  private final long segment;
  private final int capacity;
  private final CRC32C sum = new CRC32C();
  private ByteBuffer window;
  private int windowStart;

  SegmentReader(DiskFile file, long segment, int capacity) {
    this(file, segment, capacity, WINDOW_BYTES);
  }

  SegmentReader(DiskFile file, long segment, int capacity, int windowBytes) {
    this.file = file;
    this.segment = segment;
    this.capacity = capacity;
    window = ByteBuffer.allocate(Math.min(windowBytes, capacity)).limit(0);
  }

  /** The header at {@code at}, or null if there is no valid one. Its payload fits the segment. */
  @Nullable Header header(int at) throws IOException {
    if (at > capacity - RecordFormat.HEADER_BYTES) {
      return null;
    }
    int offset = load(at, RecordFormat.HEADER_BYTES);
    int length = window.getInt(offset);
    byte type = window.get(offset + RecordFormat.TYPE);
    if (type == 0 || length < 0 || length > capacity - at - RecordFormat.HEADER_BYTES) {
      return null;
    }
    if (RecordFormat.headerCrc(sum, segment, window, offset)
        != window.getInt(offset + RecordFormat.HEADER_CRC)) {
      return null;
    }
    return new Header(
        at,
        type,
        length,
        window.getInt(offset + RecordFormat.DURABLE),
        window.getInt(offset + RecordFormat.PREVIOUS),
        window.getInt(offset + RecordFormat.CRC));
  }

  /** Whether the payload is what was summed. */
  boolean isWhole(Header header) throws IOException {
    int offset = load(header.at, RecordFormat.HEADER_BYTES + header.length);
    return RecordFormat.crc(sum, segment, window, offset, header.length) == header.crc;
  }

  /** The payload; valid until the next call. */
  ByteBuffer payload(Header header) throws IOException {
    int offset = load(header.payload(), header.length);
    return window.slice(offset, header.length);
  }

  Entry entry(Header header) throws IOException {
    ByteBuffer payload = payload(header);
    EntryHead head = head(payload);
    byte[] data = new byte[payload.remaining()];
    payload.get(data);
    return new Entry(head.term, head.index, head.type, data);
  }

  /** An entry without its data. */
  EntryHead entryHead(Header header) throws IOException {
    return head(payload(header));
  }

  private static EntryHead head(ByteBuffer payload) throws IOException {
    if (payload.remaining() < EntryHead.BYTES) {
      throw new IOException("an entry of " + payload.remaining() + " bytes");
    }
    return new EntryHead(
        payload.getLong(), payload.getLong(), RecordFormat.entryType(payload.get()));
  }

  /** Whether all bytes of {@code [from, to)} are zero. */
  boolean isZero(int from, int to) throws IOException {
    return firstNonZero(from, to) == to;
  }

  /** The offset of the first byte in {@code [from, to)} that is not zero; {@code to} if none. */
  int firstNonZero(int from, int to) throws IOException {
    int at = from;
    while (at < to) {
      int count = Math.min(to - at, ZEROS.length);
      int offset = load(at, count);
      int zeros = Arrays.mismatch(window.array(), offset, offset + count, ZEROS, 0, count);
      if (zeros >= 0) {
        return at + zeros;
      }
      at += count;
    }
    return to;
  }

  /** Returns where in the window {@code at} is, with {@code length} bytes there. */
  private int load(int at, int length) throws IOException {
    if (at < windowStart || at + length > windowStart + window.limit()) {
      if (length > window.capacity()) {
        window = ByteBuffer.allocate(length);
      }
      window.clear().limit(Math.min(window.capacity(), capacity - at));
      windowStart = at;
      while (window.hasRemaining()) {
        if (file.read(window, (long) at + window.position()) < 0) {
          window.limit(0);
          throw new EOFException("end of file before offset " + (at + length));
        }
      }
    }
    return at - windowStart;
  }
}
