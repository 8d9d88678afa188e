package dev.keelson.storage.bbolt;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Reads bbolt files (version 2) of any page size, with or without a stored list of free pages. The
 * file is not trusted: every page is checked before anything in it is used, none is read twice in
 * one walk, and nothing is read whose size is not bounded.
 *
 * <p>Memory: the page at hand, those above it, a few that follow, and one bit for each page of the
 * file. Not thread-safe.
 */
public final class BoltReader implements Closeable {
  /**
   * The largest page, overflow included. bbolt puts no more than four rows into a page that is
   * larger than one; etcd refuses requests above 1.5 MiB unless told otherwise. A row is held a few
   * times while it is taken over, in a heap of 256 MiB.
   */
  private static final long PAGE_RUN_BYTES_MAX = 24L << 20;

  private final FileChannel file;
  private final BoltMeta meta;
  private final ReadAhead pages;

  private BoltReader(FileChannel file, BoltMeta meta) {
    this.file = file;
    this.meta = meta;
    pages = new ReadAhead(file);
  }

  /**
   * Opens a file.
   *
   * @param length how many of its bytes to look at
   * @throws BoltException if it is not a bbolt file, or too short
   */
  public static BoltReader open(Path path, long length) throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      return new BoltReader(file, BoltMeta.find(file, length));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** The size of a page in bytes. */
  public int pageBytes() {
    return meta.pageBytes();
  }

  /** How many bytes of the file belong to it, from the start. */
  public long sizeBytes() {
    return meta.pageCount() * meta.pageBytes();
  }

  /** Begins a walk over all buckets. Several may go on at once. */
  public BoltWalk walk() throws IOException {
    PageMarks marks = new PageMarks(meta.pageCount());
    if (meta.freelistPage() != BoltMeta.NO_FREELIST) {
      new Freelist(this, marks).read(meta.freelistPage());
    }
    return new BoltWalk(this, marks, meta.rootPage());
  }

  /** Whether pages that nothing refers to must be in the stored list of free pages. */
  boolean listsFreePages() {
    return meta.freelistPage() != BoltMeta.NO_FREELIST;
  }

  /**
   * Reads a branch or a leaf.
   *
   * @throws BoltException if it is used already, or is not that page
   */
  BoltPage page(long id, PageMarks marks) throws IOException {
    requireInFile(id);
    // most pages have no overflow: header included
    byte[] bytes = new byte[meta.pageBytes()];
    pages.read(bytes, 0, bytes.length, id * meta.pageBytes());
    long length = use(id, ByteBuffer.wrap(bytes), marks);
    if (length > PAGE_RUN_BYTES_MAX) {
      throw BoltException.at(
          id,
          "it takes %d bytes, more than the %d supported".formatted(length, PAGE_RUN_BYTES_MAX));
    }
    if (length > bytes.length) {
      int first = bytes.length;
      bytes = Arrays.copyOf(bytes, (int) length);
      pages.read(bytes, first, bytes.length - first, id * meta.pageBytes() + first);
    }
    return new BoltPage(id, bytes);
  }

  /**
   * Checks the number in the header of a page and takes it, with its overflow pages, into use.
   *
   * @return its size in bytes
   */
  long run(long id, PageMarks marks) throws IOException {
    requireInFile(id);
    ByteBuffer header = ByteBuffer.allocate(BoltLayout.PAGE_HEADER_BYTES);
    ReadAhead.readFully(file, header, id * meta.pageBytes());
    return use(id, header, marks);
  }

  private void requireInFile(long id) throws BoltException {
    if (id < BoltLayout.FIRST_PAGE || id >= meta.pageCount()) {
      throw BoltException.at(id, "it is not in the file, which has " + meta.pageCount());
    }
  }

  private long use(long id, ByteBuffer bytes, PageMarks marks) throws BoltException {
    ByteBuffer header = BoltLayout.page(bytes);
    if (header.getLong(0) != id) {
      throw BoltException.at(id, "it says to be page " + Long.toUnsignedString(header.getLong(0)));
    }
    long pages = 1 + (header.getInt(12) & 0xffffffffL);
    if (id + pages > meta.pageCount()) {
      throw BoltException.at(id, "its " + (pages - 1) + " overflow pages reach out of the file");
    }
    marks.use(id, pages);
    return pages * meta.pageBytes();
  }

  /** Reads from an offset in a page. */
  void read(ByteBuffer into, long page, long offset) throws IOException {
    ReadAhead.readFully(file, into, page * meta.pageBytes() + offset);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
