package dev.keelson.storage.bbolt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoltWriterTest {
  private final ByteArrayOutputStream pages = new ByteArrayOutputStream();

  private void append(ByteBuffer page) {
    assertThat(page.remaining() % BoltLayout.PAGE_BYTES).isZero();
    pages.write(page.array(), page.arrayOffset() + page.position(), page.remaining());
  }

  private byte[] file(BoltLayout layout) {
    byte[] meta = layout.metaPages().array();
    byte[] file = Arrays.copyOf(meta, meta.length + pages.size());
    System.arraycopy(pages.toByteArray(), 0, file, meta.length, pages.size());
    assertThat(layout.sizeBytes()).isEqualTo(file.length);
    return file;
  }

  private BoltFile write(Map<String, Map<byte[], byte[]>> buckets) {
    pages.reset();
    BoltWriter writer = new BoltWriter(this::append);
    buckets.forEach(
        (name, rows) -> {
          writer.bucket(name);
          rows.forEach((key, value) -> writer.put(key, value, 0, value.length));
        });
    BoltFile file = BoltFile.read(file(writer.finish()));
    assertThat(file.names()).containsExactlyElementsOf(buckets.keySet());
    buckets.forEach(
        (name, rows) -> {
          List<BoltFile.Row> read = file.rows(name);
          assertThat(read).as(name).hasSize(rows.size());
          int i = 0;
          for (var row : rows.entrySet()) {
            assertThat(read.get(i).key()).isEqualTo(row.getKey());
            assertThat(read.get(i).value()).isEqualTo(row.getValue());
            i++;
          }
        });
    return file;
  }

  private static Map<byte[], byte[]> sorted() {
    return new TreeMap<>(Arrays::compareUnsigned);
  }

  private static Map<byte[], byte[]> numbered(int rows, int keyBytes, int valueBytes) {
    Map<byte[], byte[]> map = sorted();
    for (int i = 0; i < rows; i++) {
      byte[] key = Arrays.copyOf(ByteBuffer.allocate(4).putInt(i).array(), keyBytes);
      byte[] value = new byte[valueBytes];
      Arrays.fill(value, (byte) i);
      map.put(key, value);
    }
    return map;
  }

  @Test
  void bucketsWithoutRowsAreThere() {
    BoltFile file = write(new TreeMap<>(Map.of("a", sorted(), "b", sorted())));
    assertThat(file.names()).hasSize(2);
  }

  @Test
  void aFileWithoutBuckets() {
    assertThat(write(Map.of()).names()).isEmpty();
  }

  @Test
  void onlyTheTailOfTheArrayIsTheValue() {
    BoltWriter writer = new BoltWriter(this::append);
    writer.bucket("b");
    writer.put("k".getBytes(UTF_8), "prefix-value".getBytes(UTF_8), 7, 5);
    BoltFile.Row row = BoltFile.read(file(writer.finish())).rows("b").getFirst();
    assertThat(row.value()).asString(UTF_8).isEqualTo("value");
  }

  /**
   * Leaves take 4 of these rows and branches 4 of these children, so that these counts try every
   * way in which the last branches of up to five levels come out.
   */
  @Test
  void everyShapeOfTreeHasBranchesOfTwoAndMore() {
    for (int rows = 0; rows < 600; rows++) {
      write(Map.of("b", numbered(rows, 900, 100)));
    }
    assertThat(write(Map.of("b", numbered(5000, 900, 100))).depth()).isGreaterThan(5);
  }

  @ParameterizedTest
  @ValueSource(ints = {4046, 4047, 4048, 4060, 4061, 8142, 8143, 8144, 1 << 20, 3_000_000})
  void valuesAroundAndAboveAPage(int valueBytes) {
    write(Map.of("b", numbered(5, 17, valueBytes)));
  }

  /** A branch has two children even if their keys do not fit into one page. */
  @ParameterizedTest
  @ValueSource(ints = {2000, 2100, 4096, 32768})
  void keysAboveAPage(int keyBytes) {
    for (int rows = 1; rows < 20; rows++) {
      write(Map.of("b", numbered(rows, keyBytes, 10)));
    }
  }

  @Test
  void manyBuckets() {
    Map<String, Map<byte[], byte[]>> buckets = new TreeMap<>();
    for (int i = 1000; i < 2000; i++) {
      buckets.put("bucket-" + i, numbered(i % 7, 8, i));
    }
    write(buckets);
  }

  @Test
  void randomRows() {
    Random random = new Random(7);
    for (int round = 0; round < 100; round++) {
      Map<byte[], byte[]> rows = sorted();
      int count = random.nextInt(1000);
      for (int i = 0; i < count; i++) {
        byte[] key = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 3000 : 40)];
        byte[] value = new byte[random.nextInt(random.nextInt(20) == 0 ? 20000 : 300)];
        random.nextBytes(key);
        random.nextBytes(value);
        rows.put(key, value);
      }
      write(Map.of("b", rows));
    }
  }

  /** Their pages are bounded by their bytes, and by little more than they need. */
  @Test
  void longBuckets() {
    Random random = new Random(3);
    for (int round = 0; round < 60; round++) {
      Map<byte[], byte[]> rows = sorted();
      int count = random.nextInt(3000);
      int longest = 1 << random.nextInt(16);
      for (int i = 0; i < count; i++) {
        byte[] key = Arrays.copyOf(ByteBuffer.allocate(4).putInt(i).array(), 18);
        rows.put(key, new byte[random.nextInt(longest)]);
      }
      pages.reset();
      BoltWriter empty = new BoltWriter(PageSink.NONE);
      empty.bucket("b");
      long bytes =
          rows.values().stream().mapToLong(value -> BoltWriter.rowBytes(18, value.length)).sum();
      BoltLayout layout = empty.finish().longer(BoltWriter.longPagesMax(bytes, 18));
      BoltWriter writer = new BoltWriter(this::append);
      writer.longBucket("b");
      rows.forEach((key, value) -> writer.put(key, value, 0, value.length));
      writer.finish(layout);
      BoltFile file = BoltFile.readWithFreePages(file(layout));
      assertThat(file.rows("b")).hasSize(rows.size());
      assertThat(layout.sizeBytes()).isLessThan(bytes + bytes / 15 + 8 * BoltLayout.PAGE_BYTES);
    }
  }

  @Test
  void aFileThatDoesNotFitIsRefused() {
    BoltWriter writer = new BoltWriter(this::append);
    writer.bucket("b");
    writer.put(new byte[] {1}, new byte[5000], 0, 5000);
    assertThatThrownBy(() -> writer.finish(new BoltLayout(3, 4)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("page 3 is asked for after 4");
  }

  @Test
  void theSameRowsGiveTheSameFile() {
    List<byte[]> files = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      pages.reset();
      BoltWriter writer = new BoltWriter(this::append);
      writer.bucket("b");
      numbered(3000, 17, 120).forEach((key, value) -> writer.put(key, value, 0, value.length));
      files.add(file(writer.finish()));
    }
    assertThat(files.get(0)).isEqualTo(files.get(1));
  }

  @Test
  void pagesAreFull() {
    write(Map.of("b", numbered(10_000, 17, 83)));
    assertThat(pages.size() / 4096).isBetween(10_000 * 116 / 4096, 10_000 * 116 / 4096 * 105 / 100);
  }

  @Test
  void rowsOutOfOrderAndKeysOutOfBoundsAreRefused() {
    BoltWriter writer = new BoltWriter(this::append);
    byte[] none = {};
    assertThatThrownBy(() -> writer.put(none, none, 0, 0)).hasMessageContaining("bucket");
    writer.bucket("b");
    writer.put(new byte[] {(byte) 0x80}, none, 0, 0);
    for (byte[] key : List.of(new byte[] {1}, new byte[] {(byte) 0x80}, none, new byte[32769])) {
      assertThatThrownBy(() -> writer.put(key, none, 0, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
    writer.bucket("a");
    assertThatThrownBy(writer::finish).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void namesSortAsBytes() {
    Map<String, Map<byte[], byte[]>> buckets = new TreeMap<>();
    for (String name : new TreeSet<>(List.of("auth", "authRoles", "authUsers", "key"))) {
      buckets.put(name, sorted());
    }
    write(buckets);
  }
}
