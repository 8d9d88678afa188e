package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.disk.FileDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallNoteTest {
  private static final SnapshotMetadata FIRST =
      new SnapshotMetadata(9, 2, ConfState.ofVoters(1L, 2L));
  private static final SnapshotMetadata SECOND =
      new SnapshotMetadata(12, 3, ConfState.ofVoters(1L, 2L, 3L));

  @TempDir private Path folder;

  @Test
  void whatIsWrittenIsRead() throws IOException {
    InstallNote note = new InstallNote(FileDisk.open(folder));
    assertThat(note.read()).isNull();
    note.write(FIRST);
    note.write(SECOND);
    assertThat(new InstallNote(FileDisk.open(folder)).read()).isEqualTo(SECOND);
    note.delete();
    note.delete();
    assertThat(note.read()).isNull();
  }

  @Test
  void aDamagedNoteIsNone() throws IOException {
    InstallNote note = new InstallNote(FileDisk.open(folder));
    note.write(FIRST);
    Path file = folder.resolve("installing");
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 0; i < bytes.length; i++) {
      byte[] bad = bytes.clone();
      bad[i] ^= 4;
      Files.write(file, bad);
      assertThat(note.read()).isNull();
      Files.write(file, java.util.Arrays.copyOf(bytes, i));
      assertThat(note.read()).isNull();
    }
  }
}
