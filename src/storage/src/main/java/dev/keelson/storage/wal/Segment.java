package dev.keelson.storage.wal;

import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;

/** One file of the log, open. */
final class Segment {
  final String path;
  final SegmentHeader header;
  final DiskFile file;
  private long maxIndex;
  private volatile boolean released;

  Segment(String path, SegmentHeader header, DiskFile file) {
    this.path = path;
    this.header = header;
    this.file = file;
  }

  long sequence() {
    return header.sequence();
  }

  int capacity() {
    return header.capacity();
  }

  /** The highest index of an entry stored here, overwritten or not; 0 if there is none. */
  long maxIndex() {
    return maxIndex;
  }

  void holds(long index) {
    maxIndex = Math.max(maxIndex, index);
  }

  SegmentReader reader() {
    return new SegmentReader(file, sequence(), capacity());
  }

  SegmentReader reader(int windowBytes) {
    return new SegmentReader(file, sequence(), capacity(), windowBytes);
  }

  boolean isReleased() {
    return released;
  }

  void release() throws IOException {
    released = true;
    file.close();
  }
}
