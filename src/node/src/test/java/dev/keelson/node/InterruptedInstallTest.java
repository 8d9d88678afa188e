package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that dies while a snapshot is being installed, at each of the steps. */
class InterruptedInstallTest {
  private static final long INDEX = 500;
  private static final long TERM = 4;

  @TempDir private Path folder;

  private MemberStorage open() {
    MemberSettings settings = MemberSettings.standalone(folder.resolve("member"));
    return MemberStorage.open(settings, new SystemEnvironment(), () -> Bootstrap.found(settings));
  }

  /** A checkpoint of a state that is at {@link #INDEX}. */
  private Path snapshot() throws IOException {
    Path checkpoint = folder.resolve("arrived");
    try (KvBackend other =
        new SystemEnvironment()
            .backend(folder.resolve("other"), MemberSettings.Memory.DEFAULT)
            .join()) {
      try (WriteBatch batch = other.batch()) {
        batch.put(
            Families.META,
            "consistent_index".getBytes(StandardCharsets.US_ASCII),
            ByteBuffer.allocate(32).putLong(INDEX).putLong(TERM).putLong(9).array());
        other.write(batch);
      }
      other.checkpoint(checkpoint);
      assertThat(other.inspect(checkpoint, StateMachine::position).index()).isEqualTo(INDEX);
    }
    return checkpoint;
  }

  private static SnapshotMetadata metadata() {
    return new SnapshotMetadata(INDEX, TERM, ConfState.ofVoters(1L));
  }

  @Test
  void beforeTheContentsAreReplacedNothingHasHappened() throws IOException {
    try (MemberStorage storage = open()) {
      new InstallNote(storage.disk()).write(metadata());
    }
    try (MemberStorage storage = open()) {
      assertThat(storage.memoryLog(0, ConfState.EMPTY).lastIndex()).isEqualTo(1);
      assertThat(new InstallNote(storage.disk()).read()).isNull();
    }
  }

  @Test
  void afterItTheLogIsBroughtForward() throws IOException {
    Path checkpoint = snapshot();
    try (MemberStorage storage = open()) {
      new InstallNote(storage.disk()).write(metadata());
      storage.backend().replaceContents(checkpoint);
    }
    for (int start = 0; start < 2; start++) {
      try (MemberStorage storage = open()) {
        assertThat(StateMachine.position(storage.backend()).index()).isEqualTo(INDEX);
        MemoryLog log = storage.memoryLog(INDEX, ConfState.ofVoters(1L));
        assertThat(log.firstIndex()).isEqualTo(INDEX + 1);
        assertThat(log.term(INDEX)).isEqualTo(TERM);
        assertThat(log.hardState().commit()).isEqualTo(INDEX);
        assertThat(new InstallNote(storage.disk()).read()).isNull();
      }
    }
  }

  /** Without the note a state ahead of its log is what a lost log looks like. */
  @Test
  void withoutTheNoteTheStartIsRefused() throws IOException {
    Path checkpoint = snapshot();
    try (MemberStorage storage = open()) {
      storage.backend().replaceContents(checkpoint);
    }
    try (MemberStorage storage = open()) {
      assertThatThrownBy(() -> storage.memoryLog(INDEX, ConfState.ofVoters(1L)))
          .isInstanceOf(MemberStartException.class);
    }
  }
}
