package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes the pages of a bbolt file in one pass, from buckets and rows given in ascending order of
 * their unsigned bytes. Takes memory for one page of each tree level and the row at hand, however
 * long the file gets.
 *
 * <p>The sink gets everything but the two {@linkplain BoltLayout#metaPages meta pages} at the start
 * of the file, which are known last. The same rows always give the same pages, so a first pass to
 * {@link PageSink#NONE} finds out what a second one then streams from the start; and where that
 * pass would take too long, a {@linkplain #longBucket bound} will do.
 *
 * <p>Not thread-safe.
 */
public final class BoltWriter {
  private static final int BUCKET_FLAG = 1;
  private static final int BUCKET_HEADER_BYTES = 16;

  private final PageAllocator pages;
  private final TreeWriter buckets;
  private byte @Nullable [] name;
  private @Nullable TreeWriter bucket;

  /** Starts with the first page after the meta pages. */
  public BoltWriter(PageSink sink) {
    pages = new PageAllocator(sink);
    buckets = new TreeWriter(pages, BUCKET_FLAG, TreeWriter.Leaves.OF_A_PAGE);
  }

  /**
   * Ends the bucket before and begins the next one.
   *
   * @param name sorts behind those before
   */
  public void bucket(String name) {
    begin(name, TreeWriter.Leaves.OF_A_PAGE);
  }

  /**
   * The same for one of so many rows that how many pages they take should be known from their bytes
   * alone: at most {@link #longPagesMax}.
   *
   * @param name sorts behind those before
   */
  public void longBucket(String name) {
    begin(name, TreeWriter.Leaves.LONG);
  }

  /**
   * The pages of a {@link #longBucket}, at most; a few in a hundred more than are needed.
   *
   * @param rowBytes the sum of {@link #rowBytes} over its rows
   * @param keyBytesMax how long its keys are, at most; no more than 1000
   */
  public static long longPagesMax(long rowBytes, int keyBytesMax) {
    return TreeWriter.longPagesMax(rowBytes, keyBytesMax);
  }

  /** What a row takes of a bucket. */
  public static long rowBytes(int keyBytes, int valueBytes) {
    return TreeWriter.rowBytes(keyBytes, valueBytes);
  }

  private void begin(String name, TreeWriter.Leaves leaves) {
    endBucket();
    this.name = name.getBytes(StandardCharsets.UTF_8);
    bucket = new TreeWriter(pages, 0, leaves);
  }

  /**
   * Adds a row to the bucket; the arrays must not change before {@link #finish}.
   *
   * @param key sorts behind those before; 1 to 32768 bytes
   * @param value holds the value from {@code offset} on; {@link PageSink#NONE} does not look at it
   * @throws IllegalArgumentException if the key is not of that kind
   */
  public void put(byte[] key, byte[] value, int offset, int length) {
    if (bucket == null) {
      throw new IllegalStateException("a row belongs to a bucket");
    }
    bucket.put(key, value, offset, length);
  }

  /** Ends the file, whose meta pages are then known. */
  public BoltLayout finish() {
    endBucket();
    long root = buckets.finish();
    return new BoltLayout(root, pages.next());
  }

  /**
   * Ends the file as it was said to end before it was written: pages that are not needed are free,
   * and the tree of buckets is in the last one.
   *
   * @param layout what the meta pages say
   * @throws IllegalStateException if the file does not fit
   */
  public void finish(BoltLayout layout) {
    endBucket();
    pages.skipTo(layout.rootPage());
    BoltLayout found = new BoltLayout(buckets.finish(), pages.next());
    if (!found.equals(layout)) {
      throw new IllegalStateException("planned " + layout + " but wrote " + found);
    }
  }

  private void endBucket() {
    if (name != null && bucket != null) {
      ByteBuffer header = BoltLayout.page(ByteBuffer.allocate(BUCKET_HEADER_BYTES));
      header.putLong(bucket.finish()).putLong(0);
      buckets.put(name, header.array(), 0, BUCKET_HEADER_BYTES);
      bucket = null;
    }
  }
}
