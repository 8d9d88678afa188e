package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of gigabytes must not gather where nobody looks for them. */
class SnapshotInstallerTest {
  @TempDir private Path folder;

  private final AtomicLong applied = new AtomicLong();
  private OpenState open;
  private SnapshotInstaller installer;
  private int made;

  @BeforeEach
  void open() {
    MemberSettings settings = MemberSettings.standalone(folder.resolve("member"));
    open =
        new OpenState(
            settings,
            new SystemEnvironment(),
            new MemberMetrics(),
            () -> Bootstrap.found(settings),
            revision -> {});
    installer =
        new SnapshotInstaller(
            settings.dataDir(),
            open.storage.disk(),
            open.storage.backend(),
            open.machine,
            applied::get);
  }

  @AfterEach
  void close() {
    open.close();
  }

  private Path checkpoint(long index) throws IOException {
    Path checkpoint = folder.resolve("in-" + ++made);
    try (KvBackend other =
        new SystemEnvironment()
            .backend(folder.resolve("other-" + made), MemberSettings.Memory.DEFAULT)
            .join()) {
      try (WriteBatch batch = other.batch()) {
        batch.put(
            Families.META,
            "consistent_index".getBytes(StandardCharsets.US_ASCII),
            ByteBuffer.allocate(32).putLong(index).putLong(2).putLong(9).array());
        other.write(batch);
      }
      other.checkpoint(checkpoint);
    }
    return checkpoint;
  }

  private SnapshotMetadata position(Path checkpoint) throws IOException {
    return open.storage.backend().inspect(checkpoint, StateMachine::position);
  }

  @Test
  void whatIsNotWhatItIsSaidToBeIsRemoved() throws IOException {
    Path checkpoint = checkpoint(10);
    SnapshotMetadata other = position(checkpoint(11));
    assertThatThrownBy(() -> installer.arrived(checkpoint, other)).isInstanceOf(IOException.class);
    assertThat(checkpoint).doesNotExist();
  }

  @Test
  void ofOneThatCameTwiceTheSecondStays() throws IOException {
    Path first = checkpoint(10);
    Path second = checkpoint(10);
    installer.arrived(first, position(first));
    installer.arrived(second, position(second));
    assertThat(first).doesNotExist();
    assertThat(second).exists();
  }

  @Test
  void whatTheLogHasOvertakenGoesWhenTheNextOneComes() throws IOException {
    Path ignored = checkpoint(10);
    Path waiting = checkpoint(12);
    Path next = checkpoint(20);
    installer.arrived(ignored, position(ignored));
    installer.arrived(waiting, position(waiting));
    applied.set(11);
    installer.arrived(next, position(next));
    assertThat(ignored).doesNotExist();
    assertThat(waiting).as("may be asked for yet").exists();
    assertThat(next).exists();
  }
}
