package dev.keelson.storage.wal;

import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes new segments. A file full of zeros is prepared in the background under a temporary name;
 * when it is needed it gets its header and then its name, each made durable before the next, so
 * that a file with the name of a segment is always one.
 */
final class SegmentSupply {
  static final String TEMPORARY = ".tmp";

  private record Prepared(String path, DiskFile file, int capacity) {}

  private final Disk disk;
  private final String directory;
  private final WalOptions options;
  private final Executor background;
  private long prepared;
  private @Nullable Prepared next;
  private boolean preparing;
  private boolean closed;

  SegmentSupply(Disk disk, String directory, WalOptions options, Executor background) {
    this.disk = disk;
    this.directory = directory;
    this.options = options;
    this.background = background;
  }

  /** Starts preparing a segment, unless there is one or one is being prepared. */
  void prepare() {
    synchronized (this) {
      if (preparing || next != null || closed) {
        return;
      }
      preparing = true;
    }
    try {
      background.execute(this::prepareInBackground);
    } catch (RejectedExecutionException e) {
      // a member that stops has no background any more; the next segment is made when needed
      synchronized (this) {
        preparing = false;
      }
    }
  }

  private void prepareInBackground() {
    Prepared made = null;
    try {
      made = make(options.segmentBytes());
    } catch (IOException e) {
      // Not fatal here: the disk may be full, and a segment is then tried for when it is needed.
    }
    synchronized (this) {
      preparing = false;
      if (!closed) {
        next = made;
        return;
      }
    }
    discard(made);
  }

  private Prepared make(int capacity) throws IOException {
    String path;
    synchronized (this) {
      path = directory + "/segment" + ++prepared + TEMPORARY;
    }
    DiskFile file = disk.create(path);
    try {
      file.preallocate(capacity);
      file.persist();
    } catch (IOException e) {
      file.close();
      disk.delete(path);
      throw e;
    }
    return new Prepared(path, file, capacity);
  }

  /** The capacity the next segment will have if it must take {@code minCapacity} bytes. */
  private synchronized @Nullable Prepared take(int minCapacity) {
    Prepared ready = next;
    if (ready == null || ready.capacity < minCapacity) {
      return null;
    }
    next = null;
    return ready;
  }

  /** Fills in what only the supply knows: the file's size. */
  interface HeaderFactory {
    SegmentHeader header(int capacity);
  }

  /** Encodes the records a segment starts with. */
  interface FirstRecords {
    ByteBuffer encode(int headerCrc);
  }

  /** A durable segment of at least {@code minCapacity} bytes, in the directory under its name. */
  Segment create(int minCapacity, HeaderFactory headers, FirstRecords firstRecords)
      throws IOException {
    Prepared ready = take(minCapacity);
    if (ready == null) {
      ready = make(Math.max(minCapacity, options.firstSegmentBytes()));
    }
    SegmentHeader header = headers.header(ready.capacity);
    ByteBuffer sector = header.encode();
    ByteBuffer records = firstRecords.encode(SegmentHeader.crc(sector));
    ready.file.write(records, SegmentHeader.BYTES);
    ready.file.write(sector, 0);
    ready.file.persist();
    String path = directory + "/" + header.fileName();
    disk.rename(ready.path, path);
    disk.persistDirectory(directory);
    return new Segment(path, header, ready.file);
  }

  void close() {
    Prepared ready;
    synchronized (this) {
      closed = true;
      ready = next;
      next = null;
    }
    discard(ready);
  }

  private void discard(@Nullable Prepared unused) {
    if (unused != null) {
      try {
        unused.file.close();
        disk.delete(unused.path);
      } catch (IOException e) {
        // Left over; the next start removes it.
      }
    }
  }
}
