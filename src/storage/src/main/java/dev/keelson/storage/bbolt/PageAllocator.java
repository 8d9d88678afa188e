package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;

/** Numbers pages in the order in which they are finished and hands them on. */
final class PageAllocator {
  private final PageSink sink;
  private final ByteBuffer onePage = BoltLayout.page(ByteBuffer.allocate(BoltLayout.PAGE_BYTES));
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

  private void write(short kind, int count, int pages, Content content) {
    ByteBuffer out = onePage;
    if (pages > 1) {
      out = BoltLayout.page(ByteBuffer.allocate(Math.multiplyExact(pages, BoltLayout.PAGE_BYTES)));
    }
    out.clear();
    BoltLayout.header(out, next, kind, count, pages - 1);
    content.writeTo(out);
    while (out.hasRemaining()) {
      out.put((byte) 0);
    }
    sink.append(out.flip());
  }
}
