package dev.keelson.server.command.archive;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.server.command.CommandException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveTest {
  private static final int CHUNK = ArchiveHeader.CHUNK_BYTES;

  @TempDir private Path folder;

  private BackupKey key(int seed) throws IOException {
    byte[] bytes = new byte[32];
    new Random(seed).nextBytes(bytes);
    return BackupKey.read(Files.write(folder.resolve("key" + seed), bytes));
  }

  private static byte[] content(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static byte[] archive(byte[] content, @Nullable BackupKey key) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ArchiveOutput out = new ArchiveOutput(bytes, key);
    int step = 100_003;
    for (int at = 0; at < content.length; at += step) {
      out.write(content, at, Math.min(step, content.length - at));
    }
    out.finish();
    return bytes.toByteArray();
  }

  private static byte[] read(byte[] archive, @Nullable BackupKey key) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    ArchiveInput in = new ArchiveInput(new ByteArrayInputStream(archive), key);
    for (ByteBuffer part = in.next(); part != null; part = in.next()) {
      byte[] bytes = new byte[part.remaining()];
      part.get(bytes);
      content.writeBytes(bytes);
    }
    return content.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 77})
  void givesBackWhatWasWritten(int length) throws IOException {
    byte[] content = content(length);
    assertThat(read(archive(content, null), null)).isEqualTo(content);
    assertThat(read(archive(content, key(1)), key(1))).isEqualTo(content);
  }

  @Test
  void compresses() throws IOException {
    assertThat(archive(new byte[5 * CHUNK], key(1))).hasSizeLessThan(5000);
  }

  @Test
  void equalContentGivesDifferentCiphertext() throws IOException {
    assertThat(archive(content(100), key(1))).isNotEqualTo(archive(content(100), key(1)));
  }

  @Test
  void anotherKeyOrNoneIsRefused() throws IOException {
    byte[] archive = archive(content(1000), key(1));
    assertThatThrownBy(() -> read(archive, key(2)))
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("another key");
    assertThatThrownBy(() -> read(archive, null)).hasMessageContaining("give --key-file");
  }

  @Test
  void everyCutIsSeen() throws IOException {
    for (BackupKey key : Arrays.asList(null, key(1))) {
      byte[] archive = archive(content(2 * CHUNK + 9), key);
      List<Integer> cuts = new ArrayList<>(chunkStarts(archive));
      for (int i = 1; i < 60; i += 7) {
        cuts.add(archive.length - i);
      }
      for (int cut : cuts) {
        byte[] shorter = Arrays.copyOf(archive, cut);
        assertThatThrownBy(() -> read(shorter, key))
            .as("cut at %d", cut)
            .isInstanceOf(ArchiveException.class);
      }
    }
  }

  @Test
  void chunksCannotBeLeftOutSwappedOrRepeated() throws IOException {
    byte[] archive = archive(content(4 * CHUNK), key(1));
    List<Integer> starts = chunkStarts(archive);
    byte[] head = Arrays.copyOf(archive, starts.get(0));
    byte[] one = Arrays.copyOfRange(archive, starts.get(0), starts.get(1));
    byte[] two = Arrays.copyOfRange(archive, starts.get(1), starts.get(2));
    byte[] rest = Arrays.copyOfRange(archive, starts.get(2), archive.length);
    assertThat(read(join(head, one, two, rest), key(1))).hasSize(4 * CHUNK);
    for (byte[] forged :
        List.of(
            join(head, two, one, rest),
            join(head, one, rest),
            join(head, one, one, two, rest),
            join(head, one, two, rest, rest))) {
      assertThatThrownBy(() -> read(forged, key(1))).isInstanceOf(ArchiveException.class);
    }
  }

  /** A chunk that says to be the last one, though it was not when it was encrypted. */
  @Test
  void theEndCannotBeForged() throws IOException {
    byte[] archive = archive(content(2 * CHUNK), key(1));
    int second = chunkStarts(archive).get(1);
    byte[] forged = Arrays.copyOf(archive, second);
    forged[chunkStarts(archive).get(0)] |= (byte) 0x80;
    assertThatThrownBy(() -> read(forged, key(1))).isInstanceOf(ArchiveException.class);
  }

  @Test
  void everyFlippedBitIsSeenInWhatIsEncrypted() throws IOException {
    byte[] archive = archive(content(40), key(1));
    for (int at = 0; at < archive.length; at++) {
      byte[] damaged = archive.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      assertThatThrownBy(() -> read(damaged, key(1)))
          .as("byte %d", at)
          .isInstanceOf(ArchiveException.class);
    }
  }

  @Test
  void garbageIsRefusedSoon() {
    assertThatThrownBy(() -> read("hello".getBytes(US_ASCII), null))
        .isInstanceOf(ArchiveException.class);
    byte[] huge = new ArchiveHeader(false, new byte[ArchiveHeader.SALT_BYTES]).encode();
    byte[] length = {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff};
    assertThatThrownBy(() -> read(join(huge, length), null)).hasMessageContaining("damaged");
  }

  private static List<Integer> chunkStarts(byte[] archive) {
    List<Integer> starts = new ArrayList<>();
    int at = ArchiveHeader.BYTES;
    while (at < archive.length) {
      starts.add(at);
      at += Integer.BYTES + (ByteBuffer.wrap(archive).getInt(at) & Integer.MAX_VALUE);
    }
    return starts;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void keysAreReadInThreeForms() throws IOException {
    byte[] raw = content(32);
    String id = BackupKey.read(Files.write(folder.resolve("raw"), raw)).id();
    Path hex = Files.writeString(folder.resolve("hex"), HexFormat.of().formatHex(raw) + "\n");
    Path base64 =
        Files.writeString(folder.resolve("b64"), Base64.getEncoder().encodeToString(raw) + "\n");
    assertThat(BackupKey.read(hex).id()).isEqualTo(id);
    assertThat(BackupKey.read(base64).id()).isEqualTo(id);
    for (String wrong : List.of("", "secret", "ab".repeat(31), "!".repeat(44), "x".repeat(2000))) {
      Path file = Files.writeString(folder.resolve("wrong"), wrong);
      assertThatThrownBy(() -> BackupKey.read(file)).isInstanceOf(CommandException.class);
    }
  }
}
