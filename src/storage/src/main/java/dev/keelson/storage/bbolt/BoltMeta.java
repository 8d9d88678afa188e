package dev.keelson.storage.bbolt;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * What the meta page in force says. A file has two; the valid one of the higher transaction counts,
 * so that a crash while one is written leaves the other.
 *
 * @param pageBytes size of a page: that of the system which made the file
 * @param rootPage the page of the tree of buckets
 * @param freelistPage the list of free pages; -1 if it is not stored
 * @param pageCount the pages in use or free; the file may be longer
 * @param transaction the transaction that wrote it
 */
record BoltMeta(int pageBytes, long rootPage, long freelistPage, long pageCount, long transaction) {
  static final long NO_FREELIST = -1;

  private static final int PAGE_BYTES_MIN = 512;
  private static final int PAGE_BYTES_MAX = 1 << 20;
  private static final int ROOM = BoltLayout.PAGE_HEADER_BYTES + BoltLayout.META_BYTES;

  /**
   * Finds the meta page in force.
   *
   * @param length how long the file is
   * @throws BoltException if neither is valid
   */
  static BoltMeta find(FileChannel file, long length) throws IOException {
    StringBuilder problems = new StringBuilder();
    BoltMeta found = read(file, length, 0, problems);
    if (found != null && found.pageBytes > 0) {
      BoltMeta other = read(file, length, found.pageBytes, problems);
      found = other != null && other.transaction > found.transaction ? other : found;
    }
    // with the first one damaged, the size of a page is not known
    for (int at = PAGE_BYTES_MIN; found == null && at <= PAGE_BYTES_MAX; at *= 2) {
      BoltMeta other = read(file, length, at, new StringBuilder());
      found = other != null && other.pageBytes == at ? other : null;
    }
    if (found == null) {
      throw new BoltException(
          "no valid meta page, so this is no bbolt file or its start is damaged (%s)"
              .formatted(problems));
    }
    found.requireWithin(length);
    return found;
  }

  private static @Nullable BoltMeta read(
      FileChannel file, long length, long at, StringBuilder problems) throws IOException {
    if (length - at < ROOM) {
      problems.append("the file ends before the meta page at byte ").append(at);
      return null;
    }
    ByteBuffer in = BoltLayout.page(ByteBuffer.allocate(ROOM));
    ReadAhead.readFully(file, in, at);
    in.flip();
    int start = BoltLayout.PAGE_HEADER_BYTES;
    String problem = null;
    if (in.getInt(start) != BoltLayout.MAGIC) {
      problem = "wrong magic number";
    } else if (in.getInt(start + 4) != BoltLayout.VERSION) {
      problem = "format version " + Integer.toUnsignedString(in.getInt(start + 4)) + ", not 2";
    } else if (in.getLong(start + BoltLayout.META_HASHED_BYTES)
        != BoltLayout.fnv1a(in, start, BoltLayout.META_HASHED_BYTES)) {
      problem = "wrong checksum";
    }
    if (problem != null) {
      problems.append(problems.isEmpty() ? "" : ", ");
      problems.append("meta page at byte ").append(at).append(": ").append(problem);
      return null;
    }
    return new BoltMeta(
        in.getInt(start + 8),
        in.getLong(start + 16),
        in.getLong(start + 32),
        in.getLong(start + 40),
        in.getLong(start + 48));
  }

  private void requireWithin(long length) throws BoltException {
    if (pageBytes < PAGE_BYTES_MIN
        || pageBytes > PAGE_BYTES_MAX
        || Integer.bitCount(pageBytes) != 1) {
      throw new BoltException("pages of " + pageBytes + " bytes");
    }
    if (pageCount < BoltLayout.FIRST_PAGE || pageCount > length / pageBytes) {
      throw new BoltException(
          "the file is truncated: %s pages of %d bytes are needed, it has %d bytes, so page %d and those after it are missing"
              .formatted(Long.toUnsignedString(pageCount), pageBytes, length, length / pageBytes));
    }
  }
}
