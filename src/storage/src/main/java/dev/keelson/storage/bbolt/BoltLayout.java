package dev.keelson.storage.bbolt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the two meta pages at the start of a file say about the pages after them.
 *
 * @param rootPage the page of the tree of buckets
 * @param pageCount all pages, the meta pages included; the file is exactly that long
 */
public record BoltLayout(long rootPage, long pageCount) {
  /** The size of a page in bytes: that of the operating systems etcd mostly runs on. */
  public static final int PAGE_BYTES = 4096;

  /** The first page after the meta pages. */
  static final long FIRST_PAGE = 2;

  static final int PAGE_HEADER_BYTES = 16;
  static final short BRANCH = 0x01;
  static final short LEAF = 0x02;
  private static final short META = 0x04;

  static final int MAGIC = 0xED0CDAED;
  static final int VERSION = 2;

  /** The list of free pages is not stored; an opener finds that there are none. */
  private static final long NO_FREELIST = -1;

  /** Both meta pages must be valid; the one with the higher transaction is the current one. */
  private static final long TRANSACTION = 2;

  static final int META_BYTES = 64;
  static final int META_HASHED_BYTES = META_BYTES - Long.BYTES;
  private static final long FNV_OFFSET_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  /** The same with more pages, which the tree of buckets stays behind. */
  public BoltLayout longer(long pages) {
    return new BoltLayout(rootPage + pages, pageCount + pages);
  }

  /** The length of the file in bytes. */
  public long sizeBytes() {
    return pageCount * PAGE_BYTES;
  }

  /** The two meta pages, the first pages of the file. */
  public ByteBuffer metaPages() {
    ByteBuffer out = page(ByteBuffer.allocate(2 * PAGE_BYTES));
    meta(out, 0, TRANSACTION);
    meta(out, 1, TRANSACTION - 1);
    return out.rewind();
  }

  private void meta(ByteBuffer out, int page, long transaction) {
    int start = page * PAGE_BYTES;
    header(out.position(start), page, META, 0, 0);
    out.putInt(MAGIC)
        .putInt(VERSION)
        .putInt(PAGE_BYTES)
        .putInt(0)
        .putLong(rootPage)
        .putLong(0)
        .putLong(NO_FREELIST)
        .putLong(pageCount)
        .putLong(transaction)
        .putLong(fnv1a(out, start + PAGE_HEADER_BYTES, META_HASHED_BYTES));
  }

  /** FNV-1a with 64 bits. */
  static long fnv1a(ByteBuffer bytes, int from, int length) {
    long hash = FNV_OFFSET_BASIS;
    for (int at = from; at < from + length; at++) {
      hash = (hash ^ (bytes.get(at) & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  static void header(ByteBuffer out, long page, short kind, int count, int overflow) {
    out.putLong(page).putShort(kind).putShort((short) count).putInt(overflow);
  }

  /** Sets the byte order of the file. */
  static ByteBuffer page(ByteBuffer buffer) {
    return buffer.order(ByteOrder.LITTLE_ENDIAN);
  }
}
