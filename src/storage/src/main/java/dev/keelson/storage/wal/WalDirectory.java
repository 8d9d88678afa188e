package dev.keelson.storage.wal;

import dev.keelson.storage.disk.Disk;
import java.io.Closeable;
import java.io.IOException;

/** The directory of a log. */
final class WalDirectory {
  private WalDirectory() {}

  static boolean holdsLog(Disk disk, String directory) {
    try {
      return disk.list(directory).stream().anyMatch(WalRecovery::isSegment);
    } catch (IOException e) {
      throw new WalException("cannot list " + directory + ": " + e, e);
    }
  }

  /** Makes the directory if it does not exist, and keeps other processes away from it. */
  static Closeable lock(Disk disk, String directory) {
    try {
      disk.createDirectory(directory);
      return disk.lock(directory + "/lock");
    } catch (IOException e) {
      throw new WalException("the log is in use, or cannot be locked: " + e.getMessage(), e);
    }
  }

  /** Makes the name of the directory itself durable. */
  static void persistParents(Disk disk, String directory) throws IOException {
    String child = directory;
    while (!child.isEmpty()) {
      child = child.substring(0, Math.max(0, child.lastIndexOf('/')));
      disk.persistDirectory(child);
    }
  }

  /** Removes segments that were being prepared when the process ended. */
  static void removeTemporary(Disk disk, String directory) throws IOException {
    for (String file : disk.list(directory)) {
      if (file.endsWith(SegmentSupply.TEMPORARY)) {
        disk.delete(directory + "/" + file);
      }
    }
  }
}
