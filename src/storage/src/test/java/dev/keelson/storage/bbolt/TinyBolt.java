package dev.keelson.storage.bbolt;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Hand-made files of five pages: two metas, the tree of buckets with the inline bucket "inline" and
 * the bucket "paged", the leaf of the latter, and one page that is free or the list of free pages.
 */
final class TinyBolt {
  static final int ROOT = 2;
  static final int LEAF = 3;
  static final int LAST = 4;

  private final int pageBytes;
  private final ByteBuffer file;

  TinyBolt(int pageBytes, boolean freelist) {
    this.pageBytes = pageBytes;
    file = ByteBuffer.allocate(5 * pageBytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer inline =
        leaf(ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN), 0, 0, "i", "1");
    byte[] inlineBucket = new byte[16 + inline.position()];
    System.arraycopy(inline.array(), 0, inlineBucket, 16, inline.position());
    byte[] pagedBucket =
        ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(LEAF).putLong(0).array();
    rows(
        file.position(ROOT * pageBytes),
        ROOT,
        1,
        new byte[][] {"inline".getBytes(US_ASCII), "paged".getBytes(US_ASCII)},
        new byte[][] {inlineBucket, pagedBucket});
    leaf(file.position(LEAF * pageBytes), LEAF, 0, "a", "1", "b", "2", "c", "3");
    if (freelist) {
      header(file.position(LAST * pageBytes), LAST, 0x10, 0);
    }
    for (int page = 0; page < 2; page++) {
      header(file.position(page * pageBytes), page, 0x04, 0);
      file.putInt(0xED0CDAED).putInt(2).putInt(pageBytes).putInt(0).putLong(ROOT).putLong(0);
      file.putLong(freelist ? LAST : -1).putLong(5).putLong(7 + page);
    }
    seal();
  }

  /** Puts the checksums of the metas right. */
  TinyBolt seal() {
    for (int page = 0; page < 2; page++) {
      int start = page * pageBytes + 16;
      long hash = 0xcbf29ce484222325L;
      for (int i = start; i < start + 56; i++) {
        hash = (hash ^ (file.get(i) & 0xff)) * 0x100000001b3L;
      }
      file.putLong(start + 56, hash);
    }
    return this;
  }

  private static ByteBuffer leaf(ByteBuffer out, long id, int flags, String... rows) {
    byte[][] keys = new byte[rows.length / 2][];
    byte[][] values = new byte[rows.length / 2][];
    for (int i = 0; i < rows.length; i += 2) {
      keys[i / 2] = rows[i].getBytes(US_ASCII);
      values[i / 2] = rows[i + 1].getBytes(US_ASCII);
    }
    return rows(out, id, flags, keys, values);
  }

  private static ByteBuffer rows(
      ByteBuffer out, long id, int flags, byte[][] keys, byte[][] values) {
    header(out, id, 0x02, keys.length);
    int at = keys.length * 16;
    for (int i = 0; i < keys.length; i++) {
      out.putInt(flags).putInt(at - i * 16).putInt(keys[i].length).putInt(values[i].length);
      at += keys[i].length + values[i].length;
    }
    for (int i = 0; i < keys.length; i++) {
      out.put(keys[i]).put(values[i]);
    }
    return out;
  }

  private static void header(ByteBuffer out, long id, int flags, int count) {
    out.putLong(id).putShort((short) flags).putShort((short) count).putInt(0);
  }

  /** The file itself, to be changed. */
  ByteBuffer file() {
    return file;
  }

  /** Where in the file something is. */
  int at(int page, int offset) {
    return page * pageBytes + offset;
  }
}
