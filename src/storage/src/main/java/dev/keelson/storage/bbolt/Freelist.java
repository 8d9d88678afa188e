package dev.keelson.storage.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the stored list of free pages, a part at a time. */
final class Freelist {
  private static final short FLAGS = 0x10;
  private static final int COUNT_ELSEWHERE = 0xffff;
  private static final int PART_BYTES = 32 << 10;

  private final BoltReader reader;
  private final PageMarks marks;

  Freelist(BoltReader reader, PageMarks marks) {
    this.reader = reader;
    this.marks = marks;
  }

  void read(long id) throws IOException {
    long length = reader.run(id, marks);
    ByteBuffer header =
        BoltLayout.page(ByteBuffer.allocate(BoltLayout.PAGE_HEADER_BYTES + Long.BYTES));
    reader.read(header, id, 0);
    if (header.getShort(8) != FLAGS) {
      throw BoltException.at(id, "it is not the list of free pages");
    }
    long count = header.getShort(10) & 0xffff;
    long at = BoltLayout.PAGE_HEADER_BYTES;
    if (count == COUNT_ELSEWHERE) {
      count = header.getLong(BoltLayout.PAGE_HEADER_BYTES);
      at += Long.BYTES;
    }
    if (count < 0 || count > (length - at) / Long.BYTES) {
      throw BoltException.at(id, Long.toUnsignedString(count) + " free pages do not fit");
    }
    ByteBuffer part = BoltLayout.page(ByteBuffer.allocate(PART_BYTES));
    for (long left = count * Long.BYTES; left > 0; ) {
      part.clear().limit((int) Math.min(PART_BYTES, left));
      reader.read(part, id, at);
      at += part.flip().remaining();
      left -= part.remaining();
      while (part.hasRemaining()) {
        marks.free(part.getLong());
      }
    }
  }
}
