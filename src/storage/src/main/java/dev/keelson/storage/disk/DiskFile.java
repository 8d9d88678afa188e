package dev.keelson.storage.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Thread-safe; writes of one range must not overlap in time. */
public interface DiskFile extends Closeable {
  /**
   * Reads from {@code position} into {@code target}, perhaps less than fits.
   *
   * @return the number of bytes read, -1 at the end of the file
   */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all that remains in {@code source}; not durable until {@link #persist}. */
  void write(ByteBuffer source, long position) throws IOException;

  /**
   * Extends the file with zeros that take space on the disk, so that a later write within needs no
   * change of metadata and cannot run out of space. Not durable until {@link #persist}.
   */
  void preallocate(long size) throws IOException;

  void truncate(long size) throws IOException;

  /** In bytes. */
  long size() throws IOException;

  /** Content and size are durable when this returns; the name is not, if it is new. */
  void persist() throws IOException;

  @Override
  void close() throws IOException;
}
