package dev.keelson.storage.bbolt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole bbolt file and checks all that bbolt's own consistency check does and more: the
 * checksums of the meta pages, that every page belongs to exactly one place, that keys ascend and
 * that branches name the first key of their children. Written from the description of the format,
 * sharing nothing with the writer.
 */
final class BoltFile {
  private static final int PAGE = 4096;

  private final ByteBuffer file;
  private final BitSet seen = new BitSet();
  private final Map<String, List<Row>> buckets = new LinkedHashMap<>();
  private int depth;

  @SuppressWarnings("ArrayRecordComponent")
  record Row(byte[] key, byte[] value) {}

  private BoltFile(byte[] bytes) {
    file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static BoltFile read(byte[] bytes) {
    BoltFile read = new BoltFile(bytes);
    long pages = read.check();
    assertThat((long) read.seen.cardinality()).as("pages in use").isEqualTo(pages);
    return read;
  }

  /** Of one whose free pages, all behind those in use, are in front of the tree of buckets. */
  static BoltFile readWithFreePages(byte[] bytes) {
    BoltFile read = new BoltFile(bytes);
    long pages = read.check();
    int free = read.seen.nextClearBit(0);
    assertThat((long) read.seen.nextSetBit(free)).as("the last page").isIn(-1L, pages - 1);
    for (int at = free * PAGE; at < (pages - 1) * PAGE; at++) {
      assertThat(bytes[at]).isZero();
    }
    return read;
  }

  /** The names of the buckets, in the order of the file. */
  List<String> names() {
    return List.copyOf(buckets.keySet());
  }

  /** The rows of a bucket that is there, in the order of the file. */
  List<Row> rows(String bucket) {
    return Objects.requireNonNull(buckets.get(bucket), bucket);
  }

  /** The number of pages from a root to the farthest leaf. */
  int depth() {
    return depth;
  }

  /** Returns how many pages there are. */
  private long check() {
    long pages = file.capacity() / PAGE;
    assertThat(file.capacity() % PAGE).isZero();
    long newer = meta(0, pages);
    long older = meta(1, pages);
    assertThat(newer).isEqualTo(older + 1);
    assertThat(newer % 2).as("the newer transaction is that of page 0").isZero();
    seen.set(0, 2);
    List<Row> roots = new ArrayList<>();
    tree(file.getLong(16 + 16), 1, null, roots, 1);
    for (Row bucket : roots) {
      ByteBuffer header = ByteBuffer.wrap(bucket.value).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(bucket.value).hasSize(16);
      List<Row> rows = new ArrayList<>();
      tree(header.getLong(0), 0, null, rows, 1);
      buckets.put(new String(bucket.key, StandardCharsets.UTF_8), rows);
    }
    return pages;
  }

  /** Returns the transaction. */
  private long meta(int page, long pages) {
    int at = page * PAGE;
    assertThat(file.getLong(at)).isEqualTo(page);
    assertThat(file.getShort(at + 8)).as("flags").isEqualTo((short) 4);
    assertThat(file.getInt(at + 16)).as("magic").isEqualTo(0xED0CDAED);
    assertThat(file.getInt(at + 20)).as("version").isEqualTo(2);
    assertThat(file.getInt(at + 24)).as("page size").isEqualTo(PAGE);
    assertThat(file.getLong(at + 48)).as("free list").isEqualTo(-1);
    assertThat(file.getLong(at + 56)).as("high water").isEqualTo(pages);
    long hash = 0xcbf29ce484222325L;
    for (int i = at + 16; i < at + 72; i++) {
      hash ^= file.get(i) & 0xff;
      hash *= 0x100000001b3L;
    }
    assertThat(file.getLong(at + 72)).as("checksum").isEqualTo(hash);
    return file.getLong(at + 64);
  }

  private void tree(long id, int leafFlags, byte @Nullable [] first, List<Row> rows, int level) {
    depth = Math.max(depth, level);
    int at = Math.toIntExact(id * PAGE);
    int count = file.getShort(at + 10) & 0xffff;
    int overflow = file.getInt(at + 12);
    assertThat(file.getLong(at)).isEqualTo(id);
    for (long page = id; page <= id + overflow; page++) {
      assertThat(seen.get((int) page)).as("page %d has one place", page).isFalse();
      seen.set((int) page);
    }
    int end = at + (overflow + 1) * PAGE;
    int used = at + 16 + count * 16;
    short kind = file.getShort(at + 8);
    for (int i = 0; i < count; i++) {
      int element = at + 16 + i * 16;
      if (kind == 2) {
        assertThat(file.getInt(element)).isEqualTo(leafFlags);
        int key = element + file.getInt(element + 4);
        int keyLength = file.getInt(element + 8);
        int valueLength = file.getInt(element + 12);
        byte[] name = bytes(key, keyLength);
        assertThat(keyLength).isPositive();
        if (!rows.isEmpty()) {
          assertThat(Arrays.compareUnsigned(rows.getLast().key, name)).isNegative();
        }
        if (i == 0 && first != null) {
          assertThat(name).isEqualTo(first);
        }
        rows.add(new Row(name, bytes(key + keyLength, valueLength)));
        used += keyLength + valueLength;
      } else {
        assertThat(kind).isEqualTo((short) 1);
        assertThat(count).as("children").isGreaterThan(1);
        byte[] name = bytes(element + file.getInt(element), file.getInt(element + 4));
        if (i == 0 && first != null) {
          assertThat(name).isEqualTo(first);
        }
        tree(file.getLong(element + 8), leafFlags, name, rows, level + 1);
        used += name.length;
      }
    }
    assertThat(used).as("bytes in use of page %d", id).isLessThanOrEqualTo(end);
    assertThat(used).as("no overflow page is empty").isGreaterThan(end - PAGE);
  }

  private byte[] bytes(int at, int length) {
    byte[] out = new byte[length];
    file.get(at, out);
    return out;
  }
}
