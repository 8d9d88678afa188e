package dev.keelson.storage.wal;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What lies behind the last valid record: nothing, the torn remains of writes that were never
 * acknowledged, or damage.
 *
 * <p>Unused space is zero. Of the writes since the last fsync each sector is on the disk or not, so
 * torn remains have a sector at the broken place that is still zero. Anything else is damage: a
 * single bit that tips over, be it in the newest batch, is never taken for a torn write. A whole
 * sector of the newest batch that turns to zeros is; no log can tell the two apart.
 */
final class TornTail {
  private static final int CHUNK_BYTES = 64 << 10;

  private TornTail() {}

  /**
   * Makes the segment zero from {@code end} on; the caller makes it durable.
   *
   * @throws WalCorruptException if what is there is not the remains of a torn write
   */
  static void cut(Segment segment, int end) throws IOException {
    SegmentReader reader = segment.reader();
    int capacity = segment.capacity();
    int remains = reader.firstNonZero(end, capacity);
    if (remains == capacity) {
      return;
    }
    refuseIfDurable(segment, reader, end, remains);
    if (!isTorn(reader, end)) {
      throw new WalCorruptException(
          segment.path, end, "what follows is neither a whole record nor the rest of a torn one");
    }
    ByteBuffer zeros = ByteBuffer.allocate(CHUNK_BYTES);
    for (int at = remains; at < capacity; at += CHUNK_BYTES) {
      int to = Math.min(at + CHUNK_BYTES, capacity);
      if (!reader.isZero(at, to)) {
        segment.file.write(zeros.clear().limit(to - at), at);
      }
    }
  }

  /** Looks for a later record whose writer knew this place to be on the disk. */
  private static void refuseIfDurable(Segment segment, SegmentReader reader, int end, int remains)
      throws IOException {
    int capacity = segment.capacity();
    int at = remains & -RecordFormat.ALIGNMENT;
    while (at < capacity) {
      SegmentReader.Header header = reader.header(at);
      if (header != null
          && Integer.compareUnsigned(header.durable(), end) > 0
          && reader.isWhole(header)) {
        throw new WalCorruptException(
            segment.path, end, "a valid record follows at offset " + at + ", written later");
      }
      at += RecordFormat.ALIGNMENT;
      at = reader.firstNonZero(Math.min(at, capacity), capacity) & -RecordFormat.ALIGNMENT;
    }
  }

  private static boolean isTorn(SegmentReader reader, int end) throws IOException {
    int sectorEnd = (end / RecordFormat.SECTOR_BYTES + 1) * RecordFormat.SECTOR_BYTES;
    if (reader.isZero(end, sectorEnd)) {
      return true;
    }
    SegmentReader.Header header = reader.header(end);
    if (header == null) {
      return false;
    }
    int recordEnd = header.payload() + header.length();
    for (int at = sectorEnd; at < recordEnd; at += RecordFormat.SECTOR_BYTES) {
      if (reader.isZero(at, Math.min(at + RecordFormat.SECTOR_BYTES, recordEnd))) {
        return true;
      }
    }
    return false;
  }
}
