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
 * {@link PageSink#NONE} finds out what a second one then streams from the start.
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
    buckets = new TreeWriter(pages, BUCKET_FLAG);
  }

  /**
   * Ends the bucket before and begins the next one.
   *
   * @param name sorts behind those before
   */
  public void bucket(String name) {
    endBucket();
    this.name = name.getBytes(StandardCharsets.UTF_8);
    bucket = new TreeWriter(pages, 0);
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

  private void endBucket() {
    if (name != null && bucket != null) {
      ByteBuffer header = BoltLayout.page(ByteBuffer.allocate(BUCKET_HEADER_BYTES));
      header.putLong(bucket.finish()).putLong(0);
      buckets.put(name, header.array(), 0, BUCKET_HEADER_BYTES);
      bucket = null;
    }
  }
}
