package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
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

  /** The entry with the index {@code index}, which must be at {@code offset}. */
  Entry readEntry(SegmentReader reader, int offset, long index) throws IOException {
    SegmentReader.Header record = reader.header(offset);
    if (record == null || record.type() != RecordType.ENTRY.code || !reader.isWhole(record)) {
      throw new WalCorruptException(path, offset, "entry " + index + " is broken");
    }
    Entry entry = reader.entry(record);
    if (entry.index() != index) {
      throw new WalCorruptException(path, offset, "entry " + index + " is another");
    }
    return entry;
  }

  boolean isReleased() {
    return released;
  }

  void release() throws IOException {
    released = true;
    file.close();
  }
}
