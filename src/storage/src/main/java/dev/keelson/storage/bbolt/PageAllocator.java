package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;

/** Numbers pages in the order in which they are finished and hands them on. */
final class PageAllocator {
  private static final int SKIPPED_TOGETHER = 8;

  /** A longer buffer is made for the one large value it is needed for. */
  private static final int KEPT_BYTES_MAX = 256 << 10;

  private final PageSink sink;
  private ByteBuffer buffer = BoltLayout.page(ByteBuffer.allocate(BoltLayout.PAGE_BYTES));
  private long next = BoltLayout.FIRST_PAGE;

  PageAllocator(PageSink sink) {
    this.sink = sink;
  }

  /** The page that comes next; also the number of pages so far. */
  long next() {
    return next;
  }

  /** Writes the content of a page behind the header. */
  interface Content {
    void writeTo(ByteBuffer page);
  }

  /**
   * Appends a page, with as many overflow pages as its content needs.
   *
   * @param usedBytes header and content
   * @return its number
   */
  long append(short kind, int count, long usedBytes, Content content) {
    int pages = Math.toIntExact(Math.ceilDiv(Math.max(usedBytes, 1), (long) BoltLayout.PAGE_BYTES));
    if (sink != PageSink.NONE) {
      write(kind, count, pages, content);
    }
    long page = next;
    next += pages;
    return page;
  }

  /** Appends pages that belong to nothing, until the next one has a certain number. */
  void skipTo(long number) {
    if (number < next) {
      throw new IllegalStateException("page " + number + " is asked for after " + next);
    }
    while (next < number) {
      ByteBuffer out = cleared((int) Math.min(number - next, SKIPPED_TOGETHER));
      next += out.remaining() / BoltLayout.PAGE_BYTES;
      fill(out);
      sink.append(out.flip());
    }
  }

  private void write(short kind, int count, int pages, Content content) {
    ByteBuffer out = cleared(pages);
    BoltLayout.header(out, next, kind, count, pages - 1);
    content.writeTo(out);
    fill(out);
    sink.append(out.flip());
  }

  private ByteBuffer cleared(int pages) {
    int bytes = Math.multiplyExact(pages, BoltLayout.PAGE_BYTES);
    if (bytes > KEPT_BYTES_MAX) {
      return BoltLayout.page(ByteBuffer.allocate(bytes));
    }
    if (bytes > buffer.capacity()) {
      buffer = BoltLayout.page(ByteBuffer.allocate(bytes));
    }
    return buffer.clear().limit(bytes);
  }

  private static void fill(ByteBuffer out) {
    while (out.hasRemaining()) {
      out.put((byte) 0);
    }
  }
}
