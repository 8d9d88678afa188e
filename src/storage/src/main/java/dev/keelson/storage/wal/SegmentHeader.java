package dev.keelson.storage.wal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The first sector of a segment, big-endian, zero up to 512 bytes:
 *
 * <pre>
 *   0          8         12    16           24          32         40            48         52       56      60
 *   | KEELWAL\0| version | crc | cluster id | member id | sequence | first index | capacity | chain  | start |
 * </pre>
 *
 * @param sequence number of the segment, 1 for the first of a log
 * @param firstIndex the index the log's next entry had when the segment was started
 * @param capacity size of the file
 * @param chain sum of the last record of the segment before; 0 in the first segment
 * @param start end of the records that were durable before the segment got its name: the hard state
 *     and snapshot marker of then
 */
record SegmentHeader(
    WalMetadata metadata, long sequence, long firstIndex, int capacity, int chain, int start) {
  static final int BYTES = RecordFormat.SECTOR_BYTES;
  static final int VERSION = 1;

  private static final byte[] MAGIC = "KEELWAL\0".getBytes(US_ASCII);
  private static final int CRC_OFFSET = 12;

  String fileName() {
    return fileName(sequence, firstIndex);
  }

  static String fileName(long sequence, long firstIndex) {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(sequence) + "-" + hex.toHexDigits(firstIndex) + ".wal";
  }

  ByteBuffer encode() {
    ByteBuffer buffer = ByteBuffer.allocate(BYTES);
    buffer.put(MAGIC).putInt(VERSION).putInt(0);
    buffer.putLong(metadata.clusterId()).putLong(metadata.memberId());
    buffer.putLong(sequence).putLong(firstIndex);
    buffer.putInt(capacity).putInt(chain).putInt(start);
    buffer.clear();
    buffer.putInt(CRC_OFFSET, crc(buffer));
    return buffer;
  }

  /** The sum of an encoded header, which starts the chain of the segment's records. */
  static int crc(ByteBuffer encoded) {
    byte[] bytes = new byte[BYTES];
    encoded.get(0, bytes);
    Arrays.fill(bytes, CRC_OFFSET, CRC_OFFSET + Integer.BYTES, (byte) 0);
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  /**
   * Reads a header back.
   *
   * @param file named in errors
   */
  static SegmentHeader decode(ByteBuffer buffer, String file) {
    byte[] magic = new byte[MAGIC.length];
    buffer.get(0, magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new WalCorruptException(file, 0, "it does not start as a log file does");
    }
    int crc = buffer.getInt(CRC_OFFSET);
    int version = buffer.getInt(MAGIC.length);
    if (crc(buffer) != crc) {
      throw new WalCorruptException(file, 0, "the sum of its header is wrong");
    }
    if (version != VERSION) {
      throw new WalException(
          "the log file "
              + file
              + " has format version "
              + Integer.toUnsignedString(version)
              + ", this program reads version "
              + VERSION
              + "; start the program that wrote it");
    }
    buffer.position(CRC_OFFSET + Integer.BYTES);
    SegmentHeader header =
        new SegmentHeader(
            new WalMetadata(buffer.getLong(), buffer.getLong()),
            buffer.getLong(),
            buffer.getLong(),
            buffer.getInt(),
            buffer.getInt(),
            buffer.getInt());
    buffer.clear();
    return header;
  }
}
