package dev.keelson.storage.bbolt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BoltReaderTest {
  private static final int KEY_BYTES = 17;

  @TempDir private Path folder;

  private Path write(byte[] bytes) throws IOException {
    return Files.write(folder.resolve("db"), bytes);
  }

  /** Every bucket and row as text, after which every page must have had its place. */
  private List<String> read(byte[] bytes) throws IOException {
    Path path = write(bytes);
    List<String> all = new ArrayList<>();
    try (BoltReader reader = BoltReader.open(path, bytes.length)) {
      BoltWalk walk = reader.walk();
      for (String name = walk.nextBucket(); name != null; name = walk.nextBucket()) {
        all.add(name);
        while (walk.nextRow()) {
          all.add(new String(walk.key(), UTF_8) + "=" + new String(walk.value(), UTF_8));
        }
      }
      walk.finish();
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({"512,false", "512,true", "1024,true", "4096,true", "16384,false", "65536,true"})
  void readsAnyPageSizeWithAndWithoutFreelist(int pageBytes, boolean freelist) throws IOException {
    byte[] file = new TinyBolt(pageBytes, freelist).file().array();
    assertThat(read(file)).containsExactly("inline", "i=1", "paged", "a=1", "b=2", "c=3");
  }

  @Test
  void takesTheMetaOfTheHigherTransaction() throws IOException {
    TinyBolt tiny = new TinyBolt(1024, false);
    tiny.file().putLong(tiny.at(0, 32), 4); // the older one points to nothing
    assertThat(read(tiny.seal().file().array())).contains("a=1");
    tiny.file().putLong(tiny.at(0, 64), 9);
    byte[] newer = tiny.seal().file().array();
    assertThatThrownBy(() -> read(newer)).hasMessageContaining("page 4");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneDamagedMetaIsNoHarm(int page) throws IOException {
    TinyBolt tiny = new TinyBolt(8192, false);
    tiny.file().put(tiny.at(page, 30), (byte) 99);
    assertThat(read(tiny.file().array())).contains("a=1");
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage("page 3: it says to be page 9", t -> t.file().putLong(t.at(3, 0), 9)),
        damage("page 3: flags 0x10", t -> t.file().putShort(t.at(3, 8), (short) 0x10)),
        damage("page 3: 9000 elements", t -> t.file().putShort(t.at(3, 10), (short) 9000)),
        damage("page 3: its 7 overflow pages", t -> t.file().putInt(t.at(3, 12), 7)),
        damage("page 3: element 1 has a key of 0", t -> t.file().putInt(t.at(3, 40), 0)),
        damage("page 3: element 1 reaches out", t -> t.file().putInt(t.at(3, 36), -1)),
        damage("page 3: element 1 reaches out", t -> t.file().putInt(t.at(3, 44), 1 << 30)),
        damage("page 3: element 0 reaches out", t -> t.file().putInt(t.at(3, 20), 3)),
        damage("page 3: element 2 has the flags 1", t -> t.file().putInt(t.at(3, 48), 1)),
        damage(
            "page 3: the key of element 2 is out of", t -> t.file().put(t.at(3, 68), (byte) 'a')),
        damage("pages of -512 bytes", t -> pageBytes(t, -512)),
        damage("pages of 513 bytes", t -> pageBytes(t, 513)),
        damage("page 77: it is not in the file", t -> t.file().putLong(t.at(2, 109), 77)),
        damage("page 2: it is used in two places", t -> t.file().putLong(t.at(2, 109), 2)));
  }

  private static void pageBytes(TinyBolt tiny, int bytes) {
    tiny.file().putInt(tiny.at(0, 24), bytes);
    tiny.seal();
  }

  private static Arguments damage(String message, Consumer<TinyBolt> change) {
    return Arguments.of(message, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void saysAtWhichPageTheDamageIs(String message, Consumer<TinyBolt> change) {
    TinyBolt tiny = new TinyBolt(512, true);
    change.accept(tiny);
    assertThatThrownBy(() -> read(tiny.file().array()))
        .isInstanceOf(BoltException.class)
        .hasMessageContaining(message);
  }

  @Test
  void pagesMustHaveExactlyOnePlaceWhereFreeOnesAreListed() {
    TinyBolt lost = new TinyBolt(512, true);
    ByteBuffer larger = ByteBuffer.allocate(6 * 512).put(lost.file().array());
    larger.order(ByteOrder.LITTLE_ENDIAN);
    lost.file().putLong(lost.at(0, 56), 6).putLong(lost.at(1, 56), 6);
    byte[] metas = Arrays.copyOf(lost.seal().file().array(), 1024);
    System.arraycopy(metas, 0, larger.array(), 0, 1024);
    assertThatThrownBy(() -> read(larger.array())).hasMessageContaining("page 5: it is neither");
    TinyBolt twice = new TinyBolt(512, true);
    twice.file().putShort(twice.at(4, 10), (short) 1).putLong(twice.at(4, 16), 3);
    assertThatThrownBy(() -> read(twice.file().array()))
        .hasMessageContaining("page 3: it is in use and in the list");
    TinyBolt many = new TinyBolt(512, true);
    many.file().putShort(many.at(4, 10), (short) 0xffff).putLong(many.at(4, 16), Long.MAX_VALUE);
    assertThatThrownBy(() -> read(many.file().array())).hasMessageContaining("do not fit");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 79, 80, 511, 512, 2000, 2559})
  void cutOffFilesAreRefused(int length) {
    byte[] file = Arrays.copyOf(new TinyBolt(512, false).file().array(), length);
    assertThatThrownBy(() -> read(file)).isInstanceOf(BoltException.class);
  }

  @Test
  void otherFilesAreRefused() {
    assertThatThrownBy(() -> read("not a database at all".repeat(999).getBytes(UTF_8)))
        .isInstanceOf(BoltException.class)
        .hasMessageContaining("no bbolt file");
    TinyBolt version = new TinyBolt(512, false);
    version.file().putInt(version.at(0, 20), 3).putInt(version.at(1, 20), 3);
    assertThatThrownBy(() -> read(version.seal().file().array()))
        .hasMessageContaining("format version 3, not 2");
  }

  private static byte[] large(int rows, Random random) {
    ByteArrayOutputStream pages = new ByteArrayOutputStream();
    BoltWriter writer =
        new BoltWriter(
            page -> {
              byte[] bytes = new byte[page.remaining()];
              page.get(bytes);
              pages.writeBytes(bytes);
            });
    for (String bucket : List.of("empty", "key", "small")) {
      writer.bucket(bucket);
      int count = bucket.equals("empty") ? 0 : bucket.equals("small") ? 3 : rows;
      for (int i = 0; i < count; i++) {
        byte[] key = Arrays.copyOf(ByteBuffer.allocate(4).putInt(i).array(), KEY_BYTES);
        byte[] value = new byte[random.nextInt(40) == 0 ? 9000 : random.nextInt(300)];
        random.nextBytes(value);
        writer.put(key, value, 0, value.length);
      }
    }
    BoltLayout layout = writer.finish();
    byte[] file = Arrays.copyOf(layout.metaPages().array(), (int) layout.sizeBytes());
    System.arraycopy(pages.toByteArray(), 0, file, 2 * BoltLayout.PAGE_BYTES, pages.size());
    return file;
  }

  @Test
  void readsWhatTheWriterWrites() throws IOException {
    byte[] file = large(20_000, new Random(1));
    BoltFile expected = BoltFile.read(file);
    try (BoltReader reader = BoltReader.open(write(file), file.length)) {
      assertThat(reader.sizeBytes()).isEqualTo(file.length);
      BoltWalk walk = reader.walk();
      for (String name : expected.names()) {
        assertThat(walk.nextBucket()).isEqualTo(name);
        for (BoltFile.Row row : expected.rows(name)) {
          assertThat(walk.nextRow()).isTrue();
          assertThat(walk.key()).isEqualTo(row.key());
          assertThat(walk.value()).isEqualTo(row.value());
        }
        assertThat(walk.nextRow()).isFalse();
      }
      assertThat(walk.nextBucket()).isNull();
    }
  }

  /** Whatever is damaged: an answer, which is a refusal wherever structure is hit, and soon. */
  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void damageNeverLeadsAstray() throws IOException {
    int refused = 0;
    for (int seed = 0; seed < 1500; seed++) {
      Random random = new Random(seed);
      byte[] file =
          seed % 3 == 0
              ? new TinyBolt(512 << random.nextInt(3), random.nextBoolean()).file().array()
              : large(300, new Random(seed % 7));
      int flips = 1 + random.nextInt(8);
      int pages = file.length / 512;
      for (int i = 0; i < flips; i++) {
        // structure, which is at the start of pages, is hit more often than values
        int at =
            random.nextBoolean()
                ? random.nextInt(pages) * 512 + random.nextInt(80)
                : random.nextInt(file.length);
        file[at] = random.nextInt(4) == 0 ? (byte) 0xff : (byte) random.nextInt(256);
      }
      byte[] cut = random.nextInt(8) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
      try {
        read(cut);
      } catch (BoltException | EOFException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(500, 1499);
  }
}
