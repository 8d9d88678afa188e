package dev.keelson.storage.wal;

import dev.keelson.raft.EntryType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The form of a record, big-endian:
 *
 * <pre>
 *        0         4      5        8         12         16        20           24
 *        | length  | type | 0 0 0  | durable | previous | crc     | header crc | payload | 0 ... |
 *        +---------+------+--------+---------+----------+---------+------------+---------+-------+
 *        |                crc covers this               |         |            | and this|
 *        |                header crc covers this                  |
 *
 *   length      bytes of the payload
 *   durable     the writer knew everything before this offset of the segment to be on the disk
 *   previous    crc of the record before, or of the segment's header: the chain
 *   crc         CRC-32C of the segment's number, the fields before and the payload
 *   header crc  CRC-32C of the segment's number and the fields before
 * </pre>
 *
 * <p>A record starts at a multiple of 8, and its header lies within one sector of 512 bytes: where
 * the rest of a sector is too short it stays zero. A header is therefore written whole or not at
 * all. The segment's number in the sums makes records of other segments invalid here.
 *
 * <p>{@code durable} tells a torn write from damage. All writes since the last fsync may be lost in
 * part, in any order, when the power fails. A valid record behind a broken place proves the place
 * to have been durable exactly if its {@code durable} lies beyond it.
 */
final class RecordFormat {
  static final int SECTOR_BYTES = 512;
  static final int HEADER_BYTES = 24;
  static final int ALIGNMENT = 8;

  static final int TYPE = 4;
  static final int DURABLE = 8;
  static final int PREVIOUS = 12;
  static final int CRC = 16;
  static final int HEADER_CRC = 20;

  /** The most a record takes beside its payload. */
  static final int MAX_OVERHEAD = HEADER_BYTES + 2 * HEADER_BYTES;

  private RecordFormat() {}

  /** The byte that stands for an entry's type. */
  static byte code(EntryType type) {
    return switch (type) {
      case NORMAL -> 0;
      case CONF_CHANGE -> 1;
      case CONF_CHANGE_V2 -> 2;
    };
  }

  static EntryType entryType(byte code) throws IOException {
    return switch (code) {
      case 0 -> EntryType.NORMAL;
      case 1 -> EntryType.CONF_CHANGE;
      case 2 -> EntryType.CONF_CHANGE_V2;
      default -> throw new IOException("an entry of the unknown type " + code);
    };
  }

  /** Where the next record starts when the one before ends at {@code end}. */
  static int nextStart(int end) {
    int start = (end + ALIGNMENT - 1) & -ALIGNMENT;
    int left = SECTOR_BYTES - start % SECTOR_BYTES;
    return left < HEADER_BYTES ? start + left : start;
  }

  /** The sum over the header at {@code at}, up to {@link #CRC}, and the payload. */
  static int crc(CRC32C sum, long segment, ByteBuffer buffer, int at, int length) {
    start(sum, segment);
    update(sum, buffer, at, CRC);
    update(sum, buffer, at + HEADER_BYTES, length);
    return (int) sum.getValue();
  }

  static int headerCrc(CRC32C sum, long segment, ByteBuffer buffer, int at) {
    start(sum, segment);
    update(sum, buffer, at, HEADER_CRC);
    return (int) sum.getValue();
  }

  private static void start(CRC32C sum, long segment) {
    sum.reset();
    for (int shift = 56; shift >= 0; shift -= 8) {
      sum.update((int) (segment >>> shift));
    }
  }

  private static void update(CRC32C sum, ByteBuffer buffer, int at, int length) {
    int position = buffer.position();
    int limit = buffer.limit();
    buffer.limit(at + length).position(at);
    sum.update(buffer);
    buffer.limit(limit).position(position);
  }
}
