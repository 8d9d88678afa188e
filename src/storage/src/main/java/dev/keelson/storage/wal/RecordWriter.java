package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Encodes the records of one batch behind each other, to be written at once. */
final class RecordWriter {
  private static final int INITIAL_BYTES = 64 << 10;
  private static final int MAX_KEPT_BYTES = 4 << 20;

  private final CRC32C sum = new CRC32C();
  private ByteBuffer buffer = ByteBuffer.allocateDirect(INITIAL_BYTES);
  private long segment;
  private int base;
  private int chain;
  private int durable;

  /**
   * Starts a batch.
   *
   * @param segment the number of the segment it goes to
   * @param position where in the segment, as {@link RecordFormat#nextStart} has it
   * @param chain the sum of the record before
   * @param durable what is known to be on the disk
   * @param maxBytes no less than the batch will take
   */
  void begin(long segment, int position, int chain, int durable, int maxBytes) {
    this.segment = segment;
    this.base = position;
    this.chain = chain;
    this.durable = durable;
    if (maxBytes > buffer.capacity()
        || (buffer.capacity() > MAX_KEPT_BYTES && maxBytes < MAX_KEPT_BYTES)) {
      buffer = ByteBuffer.allocateDirect(Math.max(maxBytes, INITIAL_BYTES));
    }
    buffer.clear();
  }

  static long maxBytes(Entry entry) {
    return RecordFormat.MAX_OVERHEAD + 17L + entry.data().length;
  }

  static long maxBytes(SnapshotMarker marker) {
    return RecordFormat.MAX_OVERHEAD + 16L + marker.confState().length;
  }

  static long maxBytesOfFixed() {
    return RecordFormat.MAX_OVERHEAD + 24L;
  }

  void entry(Entry entry) {
    int start = beginRecord();
    buffer
        .putLong(entry.term())
        .putLong(entry.index())
        .put(RecordFormat.code(entry.type()))
        .put(entry.data());
    endRecord(start, RecordType.ENTRY);
  }

  void hardState(WalHardState state) {
    int start = beginRecord();
    buffer.putLong(state.term()).putLong(state.vote()).putLong(state.commit());
    endRecord(start, RecordType.HARD_STATE);
  }

  void snapshot(SnapshotMarker marker) {
    int start = beginRecord();
    buffer.putLong(marker.index()).putLong(marker.term()).put(marker.confState());
    endRecord(start, RecordType.SNAPSHOT);
  }

  void seal() {
    endRecord(beginRecord(), RecordType.SEAL);
  }

  private int beginRecord() {
    int start = buffer.position();
    buffer.position(start + RecordFormat.HEADER_BYTES);
    return start;
  }

  private void endRecord(int start, RecordType type) {
    int end = buffer.position();
    int length = end - start - RecordFormat.HEADER_BYTES;
    buffer.putInt(start, length);
    buffer.putInt(start + RecordFormat.TYPE, type.code << 24);
    buffer.putInt(start + RecordFormat.DURABLE, durable);
    buffer.putInt(start + RecordFormat.PREVIOUS, chain);
    chain = RecordFormat.crc(sum, segment, buffer, start, length);
    buffer.putInt(start + RecordFormat.CRC, chain);
    buffer.putInt(
        start + RecordFormat.HEADER_CRC, RecordFormat.headerCrc(sum, segment, buffer, start));
    int next = RecordFormat.nextStart(base + end) - base;
    while (buffer.position() < next) {
      buffer.put((byte) 0);
    }
  }

  /** Where in the segment the next record starts. */
  int position() {
    return base + buffer.position();
  }

  /** The sum of the last record. */
  int chain() {
    return chain;
  }

  /** All records of the batch; valid until the next {@link #begin}. */
  ByteBuffer encoded() {
    return buffer.duplicate().flip();
  }
}
