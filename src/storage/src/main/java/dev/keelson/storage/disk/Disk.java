package dev.keelson.storage.disk;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A tree of files of which exactly what was persisted survives a loss of power. Names are relative
 * to the root of the disk, their parts separated by {@code /}; the root is the empty name.
 *
 * <p>Content and names are durable apart: a new, renamed or deleted name needs {@link
 * #persistDirectory}, what was written to a file needs {@link DiskFile#persist}. Files are made for
 * their owner only (0600), directories too (0700).
 *
 * <p>Thread-safe. After a failed write or persist nothing is known about the content any more:
 * trying again does not make it durable.
 */
public interface Disk {
  /**
   * Creates an empty file.
   *
   * @throws java.nio.file.FileAlreadyExistsException if there is one
   */
  DiskFile create(String name) throws IOException;

  /**
   * Opens an existing file to read and write.
   *
   * @throws java.nio.file.NoSuchFileException if there is none
   */
  DiskFile open(String name) throws IOException;

  /** Creates the directory and those above it; not durable until those above are persisted. */
  void createDirectory(String name) throws IOException;

  /** The names, without the directory, of the files in it, sorted; empty if it does not exist. */
  List<String> list(String directory) throws IOException;

  /** Gives a file another name, atomically, replacing the file of that name. */
  void rename(String from, String to) throws IOException;

  /** Removes a file. */
  void delete(String name) throws IOException;

  /** The names in {@code directory} are durable when this returns. */
  void persistDirectory(String directory) throws IOException;

  /**
   * Keeps other processes away until the result is closed or the process ends.
   *
   * @param name the lock file; it is created and stays
   * @throws IOException if another holds it; the message names the file and the holder's process id
   *     if it is known
   */
  Closeable lock(String name) throws IOException;
}
