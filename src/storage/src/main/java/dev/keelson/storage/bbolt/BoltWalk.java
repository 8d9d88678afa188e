package dev.keelson.storage.bbolt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the buckets of a file and their rows, all by ascending name or key. Not
 * thread-safe; over when it has thrown.
 */
public final class BoltWalk {
  private static final int BUCKET = 1;
  private static final int ROW = 0;
  private static final int BUCKET_HEADER_BYTES = 16;

  private final BoltReader reader;
  private final PageMarks marks;
  private final TreeCursor buckets;
  private @Nullable TreeCursor rows;
  private boolean skipped;

  BoltWalk(BoltReader reader, PageMarks marks, long rootPage) throws IOException {
    this.reader = reader;
    this.marks = marks;
    buckets = new TreeCursor(reader, marks, reader.page(rootPage, marks), BUCKET);
  }

  /**
   * Moves to the next bucket, before its first row; rows left over in the one before are passed
   * over unread.
   *
   * @return its name; null after the last
   */
  public @Nullable String nextBucket() throws IOException {
    skipped |= rows != null && rows.next();
    rows = null;
    if (!buckets.next()) {
      return null;
    }
    byte[] header = buckets.value();
    if (header.length < BUCKET_HEADER_BYTES) {
      throw BoltException.at(buckets.page(), "a bucket of " + header.length + " bytes");
    }
    long root = BoltLayout.page(ByteBuffer.wrap(header)).getLong(0);
    rows =
        new TreeCursor(reader, marks, root == 0 ? inline(header) : reader.page(root, marks), ROW);
    return new String(buckets.key(), UTF_8);
  }

  /** A small bucket stands in the value, behind the header, as a page of its own. */
  private BoltPage inline(byte[] value) throws BoltException {
    if (value.length < BUCKET_HEADER_BYTES + BoltLayout.PAGE_HEADER_BYTES) {
      throw BoltException.at(buckets.page(), "an inline bucket of " + value.length + " bytes");
    }
    BoltPage page =
        new BoltPage(buckets.page(), Arrays.copyOfRange(value, BUCKET_HEADER_BYTES, value.length));
    if (!page.isLeaf()) {
      throw BoltException.at(buckets.page(), "an inline bucket with branches");
    }
    return page;
  }

  /** Moves to the next row of the bucket; false when there is none. */
  public boolean nextRow() throws IOException {
    return current().next();
  }

  public byte[] key() {
    return current().key();
  }

  public byte[] value() {
    return current().value();
  }

  /** The page of the current row, for messages. */
  public long page() {
    return current().page();
  }

  private TreeCursor current() {
    if (rows == null) {
      throw new IllegalStateException("no bucket has been chosen");
    }
    return rows;
  }

  /**
   * Checks, after the last bucket, that every page of the file has its place. Needs a file with a
   * stored list of free pages, and all rows read; else it checks nothing.
   *
   * @throws BoltException if one has not
   */
  public void finish() throws BoltException {
    if (!skipped && reader.listsFreePages()) {
      marks.requireNoLoss();
    }
  }
}
