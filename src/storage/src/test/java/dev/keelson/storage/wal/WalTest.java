package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.WalFixture.DIRECTORY;
import static dev.keelson.storage.wal.WalFixture.LARGE;
import static dev.keelson.storage.wal.WalFixture.METADATA;
import static dev.keelson.storage.wal.WalFixture.SMALL;
import static dev.keelson.storage.wal.WalFixture.entries;
import static dev.keelson.storage.wal.WalFixture.entry;
import static dev.keelson.storage.wal.WalFixture.names;
import static dev.keelson.storage.wal.WalFixture.newLog;
import static dev.keelson.storage.wal.WalFixture.openLog;
import static dev.keelson.storage.wal.WalFixture.stateOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.FileDisk;
import dev.keelson.storage.disk.Survival;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WalTest {
  private static final byte[] CONF = {1, 2, 3};

  private final CrashableDisk disk = new CrashableDisk();

  @Test
  void aNewLogIsEmpty() {
    assertThat(Wal.exists(disk, DIRECTORY)).isFalse();
    newLog(disk, SMALL).close();
    assertThat(Wal.exists(disk, DIRECTORY)).isTrue();
    WalState state = stateOf(disk);
    assertThat(state.metadata()).isEqualTo(METADATA);
    assertThat(state.hardState()).isEqualTo(WalHardState.INITIAL);
    assertThat(state.snapshot()).isNull();
    assertThat(state.entries()).isEmpty();
  }

  /** A member that stops in good order still marks where it is, without a pool. */
  @Test
  void rollsWithoutABackground() {
    try (Wal wal =
        Wal.create(
            disk,
            DIRECTORY,
            METADATA,
            SMALL,
            task -> {
              throw new RejectedExecutionException("the pool is shut down");
            })) {
      wal.appendAndSync(null, entries(1, 1, 30, 500));
      wal.appendAndSync(null, entries(1, 31, 60, 500));
    }
    assertThat(stateOf(disk).entries()).hasSize(60);
  }

  @Test
  void whatWasAppendedIsFound() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(new WalHardState(1, 7, 0), entries(1, 1, 3, 100));
      wal.appendAndSync(new WalHardState(2, 8, 3), entries(2, 4, 4, 0));
      wal.appendUnsynced(null, List.of(new Entry(2, 5, EntryType.CONF_CHANGE_V2, new byte[] {9})));
      assertThat(wal.lastIndex()).isEqualTo(5);
    }
    WalState state = stateOf(disk);
    assertThat(state.hardState()).isEqualTo(new WalHardState(2, 8, 3));
    assertThat(names(state.entries().subList(0, 4))).containsExactly("1/1", "1/2", "1/3", "2/4");
    assertThat(state.entries().get(4).type()).isEqualTo(EntryType.CONF_CHANGE_V2);
    assertThat(state.entries().get(4).data()).containsExactly(9);
  }

  @Test
  void anEntryReplacesThoseFromItsIndexOn() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 5, 40));
      wal.appendAndSync(null, entries(2, 3, 4, 40));
      assertThat(wal.lastIndex()).isEqualTo(4);
      assertThat(names(wal.readEntries(1, 5, Long.MAX_VALUE)))
          .containsExactly("1/1", "1/2", "2/3", "2/4");
    }
    assertThat(names(stateOf(disk).entries())).containsExactly("1/1", "1/2", "2/3", "2/4");
  }

  @Test
  void aGapIsRefused() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 2, 10));
      assertThatThrownBy(() -> wal.appendUnsynced(null, entries(1, 4, 4, 10)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> wal.appendUnsynced(null, List.of(entry(1, 3, 10), entry(1, 5, 10))))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> wal.appendUnsynced(new WalHardState(1, 1, 3), List.of()))
          .isInstanceOf(IllegalArgumentException.class);
      wal.appendAndSync(new WalHardState(1, 1, 3), entries(1, 3, 3, 10));
    }
  }

  @Test
  void theLogGoesOnOverSegments() {
    try (Wal wal = newLog(disk, SMALL)) {
      for (int i = 1; i <= 100; i++) {
        wal.appendAndSync(new WalHardState(1, 1, i - 1), entries(1, i, i, 300));
      }
      assertThat(segments()).hasSizeGreaterThan(4);
      assertThat(wal.readEntries(1, 101, Long.MAX_VALUE)).hasSize(100);
    }
    WalState state = stateOf(disk);
    assertThat(names(state.entries()))
        .hasSize(100)
        .doesNotContain("wrong")
        .last()
        .isEqualTo("1/100");
    assertThat(state.hardState()).isEqualTo(new WalHardState(1, 1, 99));
  }

  @Test
  void aBatchLargerThanASegmentGetsALargerOne() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 1, 100));
      wal.appendAndSync(null, entries(1, 2, 4, 30_000));
      wal.appendAndSync(null, entries(1, 5, 5, 100));
      assertThat(names(wal.readEntries(2, 6, Long.MAX_VALUE)))
          .containsExactly("1/2", "1/3", "1/4", "1/5");
    }
    assertThat(names(stateOf(disk).entries())).hasSize(5);
  }

  @Test
  void appendingGoesOnAfterARestart() {
    for (int i = 1; i <= 60; i++) {
      Wal wal = i == 1 ? newLog(disk, SMALL) : openLog(disk, SMALL).wal();
      wal.appendAndSync(null, entries(i, i, i, 200));
      wal.close();
    }
    assertThat(names(stateOf(disk).entries())).hasSize(60).contains("1/1", "60/60");
  }

  @Test
  void aSnapshotMarkerHidesTheEntriesBeforeIt() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 5, 40));
      wal.markSnapshotAndSync(new SnapshotMarker(3, 1, CONF), new WalHardState(1, 0, 3));
      assertThat(names(wal.readEntries(2, 4, Long.MAX_VALUE))).containsExactly("1/2", "1/3");
    }
    WalState state = stateOf(disk);
    assertThat(names(state.entries())).containsExactly("1/4", "1/5");
    SnapshotMarker marker = state.snapshot();
    assertThat(marker).isNotNull();
    if (marker != null) {
      assertThat(marker.index()).isEqualTo(3);
      assertThat(marker.term()).isEqualTo(1);
      assertThat(marker.confState()).isEqualTo(CONF);
    }
    assertThat(state.hardState().commit()).isEqualTo(3);
  }

  /** With a commit index beyond its end a log counts as damaged at the next start. */
  @Test
  void aSnapshotThatVoidsWhatIsSaidToBeCommittedIsRefused() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(new WalHardState(1, 0, 5), entries(1, 1, 8, 40));
      assertThatThrownBy(
              () ->
                  wal.markSnapshotAndSync(
                      new SnapshotMarker(6, 2, CONF), new WalHardState(2, 0, 7)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> wal.markSnapshotAndSync(new SnapshotMarker(4, 2, CONF), null))
          .isInstanceOf(IllegalArgumentException.class);
      wal.markSnapshotAndSync(new SnapshotMarker(6, 2, CONF), new WalHardState(2, 0, 6));
    }
    assertThat(stateOf(disk).entries()).isEmpty();
  }

  @Test
  void aSnapshotBeyondTheLogStartsItAnew() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 5, 40));
      wal.markSnapshotAndSync(new SnapshotMarker(10, 2, CONF), new WalHardState(2, 0, 10));
      assertThat(wal.lastIndex()).isEqualTo(10);
      wal.appendAndSync(null, entries(2, 11, 12, 40));
      assertThatThrownBy(() -> wal.readEntries(5, 6, 100))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(names(stateOf(disk).entries())).containsExactly("2/11", "2/12");
  }

  @Test
  void aSnapshotOfAnotherTermVoidsTheEntriesBehindIt() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 5, 40));
      wal.markSnapshotAndSync(new SnapshotMarker(3, 2, CONF), null);
      assertThat(wal.lastIndex()).isEqualTo(3);
    }
    assertThat(stateOf(disk).entries()).isEmpty();
  }

  @Test
  void releaseDeletesWholeSegmentsBelowTheSnapshot() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(new WalHardState(1, 5, 0), entries(1, 1, 3, 10));
      for (int i = 4; i <= 100; i++) {
        wal.appendAndSync(null, entries(1, i, i, 300));
      }
      assertThatThrownBy(() -> wal.releaseBefore(50)).isInstanceOf(IllegalArgumentException.class);
      wal.markSnapshotAndSync(new SnapshotMarker(60, 1, CONF), null);
      int before = segments().size();
      wal.releaseBefore(50);
      assertThat(segments()).hasSizeLessThan(before);
      assertThat(wal.firstIndex()).isBetween(20L, 50L);
      assertThat(wal.readEntries(wal.firstIndex(), 101, Long.MAX_VALUE)).isNotEmpty();
      assertThatThrownBy(() -> wal.readEntries(1, 2, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    WalState state = stateOf(disk);
    assertThat(names(state.entries())).hasSize(40).first().isEqualTo("1/61");
    assertThat(state.hardState()).isEqualTo(new WalHardState(1, 5, 0));
    SnapshotMarker marker = state.snapshot();
    assertThat(marker == null ? 0 : marker.index()).isEqualTo(60);
  }

  @Test
  void entriesOverwrittenAcrossAReleasedSegmentAreNoGap() {
    try (Wal wal = newLog(disk, SMALL)) {
      int i = 1;
      while (segments().size() < 2) {
        wal.appendAndSync(null, entries(1, i, i, 300));
        i++;
      }
      long last = wal.lastIndex();
      wal.appendAndSync(null, entries(2, last - 4, last - 3, 300));
      wal.markSnapshotAndSync(new SnapshotMarker(last - 6, 1, CONF), null);
      wal.appendAndSync(null, entries(2, last - 2, last + 1, 300));
      wal.markSnapshotAndSync(new SnapshotMarker(last, 2, CONF), null);
      wal.releaseBefore(last + 1);
      assertThat(segments()).hasSize(1);
      assertThat(names(wal.readEntries(last + 1, last + 2, 1))).containsExactly("2/" + (last + 1));
    }
    assertThat(stateOf(disk).entries()).hasSize(1);
  }

  @Test
  void aRepeatedMarkerKeepsTheEntriesBehindIt() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.markSnapshotAndSync(new SnapshotMarker(10, 2, CONF), null);
      wal.appendAndSync(null, entries(2, 11, 12, 40));
      wal.markSnapshotAndSync(new SnapshotMarker(10, 2, CONF), null);
      assertThat(wal.lastIndex()).isEqualTo(12);
    }
    assertThat(names(stateOf(disk).entries())).containsExactly("2/11", "2/12");
  }

  @Test
  void readsAreLimitedInBytesButReturnOneAtLeast() {
    try (Wal wal = newLog(disk, LARGE)) {
      wal.appendAndSync(null, entries(1, 1, 10, 1000));
      assertThat(wal.readEntries(3, 11, 0)).hasSize(1);
      assertThat(wal.readEntries(3, 11, 3 * 1024)).hasSize(3);
      assertThat(wal.readEntries(3, 3, 3 * 1024)).isEmpty();
    }
  }

  @Test
  void readsThatReturnLessThanAskedForAreCompleted() {
    try (Wal wal = newLog(disk, SMALL)) {
      wal.appendAndSync(null, entries(1, 1, 20, 300));
    }
    disk.shortenReads(true);
    assertThat(names(stateOf(disk).entries())).hasSize(20);
  }

  @Test
  void appendAndSyncIsOneWriteAndOneFsync() {
    try (Wal wal = newLog(disk, LARGE)) {
      int[] steps = {0};
      disk.observe(() -> steps[0]++);
      wal.appendAndSync(new WalHardState(1, 1, 0), entries(1, 1, 100, 300));
      assertThat(steps[0]).isEqualTo(2);
      wal.sync();
      assertThat(steps[0]).isEqualTo(2);
      disk.observe(() -> {});
    }
  }

  @Test
  void aPreparedSegmentIsUsedAndOneThatIsNotReadyIsNotWaitedFor() {
    Queue<Runnable> background = new ArrayDeque<>();
    Wal wal = Wal.create(disk, DIRECTORY, METADATA, SMALL, background::add);
    wal.appendAndSync(null, entries(1, 1, 8, 300));
    wal.appendAndSync(null, entries(1, 9, 12, 300));
    assertThat(segments()).hasSize(2);
    background.remove().run();
    wal.appendAndSync(null, entries(1, 13, 30, 300));
    assertThat(segments()).hasSize(3);
    background.forEach(Runnable::run);
    wal.close();
    assertThat(disk.list(DIRECTORY)).noneMatch(file -> file.endsWith(".tmp"));
    assertThat(names(stateOf(disk).entries())).hasSize(30);
  }

  @Test
  void afterAFailedWriteEveryCallFails() {
    Wal wal = newLog(disk, LARGE);
    wal.appendAndSync(null, entries(1, 1, 2, 50));
    disk.failWrite(1);
    assertThatThrownBy(() -> wal.appendUnsynced(null, entries(1, 3, 3, 50)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("input/output error");
    assertPoisoned(wal);
  }

  @Test
  void afterAFailedFsyncEveryCallFailsAndTheNextProcessSeesTheOldState() {
    Wal wal = newLog(disk, LARGE);
    wal.appendAndSync(null, entries(1, 1, 2, 50));
    disk.failPersist(1);
    assertThatThrownBy(() -> wal.appendAndSync(null, entries(1, 3, 3, 50)))
        .isInstanceOf(WalException.class);
    assertPoisoned(wal);
    assertThat(names(stateOf(disk.crash(new Random(1), Survival.NONE)).entries()))
        .containsExactly("1/1", "1/2");
  }

  @Test
  void aFullDiskStopsTheLogOnlyWhenItNeedsANewSegment() {
    Wal wal = newLog(disk, SMALL);
    disk.limitSpace(100);
    wal.appendAndSync(null, entries(1, 1, 8, 300));
    wal.appendAndSync(null, entries(1, 9, 20, 300));
    assertThatThrownBy(() -> wal.appendAndSync(null, entries(1, 21, 60, 300)))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("no space left");
    assertPoisoned(wal);
    assertThat(names(stateOf(disk.crash(new Random(1), Survival.ALL)).entries())).hasSize(20);
  }

  private static void assertPoisoned(Wal wal) {
    assertThatThrownBy(wal::sync).isInstanceOf(WalException.class).hasMessageContaining("before");
    assertThatThrownBy(() -> wal.appendUnsynced(null, entries(1, 1, 1, 1)))
        .isInstanceOf(WalException.class);
    assertThatThrownBy(() -> wal.readEntries(1, 2, 1)).isInstanceOf(WalException.class);
    assertThatThrownBy(() -> wal.releaseBefore(1)).isInstanceOf(WalException.class);
    wal.close();
  }

  @Test
  void aSecondOpenIsRefusedWhileTheFirstLives() {
    Wal wal = newLog(disk, SMALL);
    assertThatThrownBy(() -> openLog(disk, SMALL))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("in use");
    assertThatThrownBy(() -> newLog(disk, SMALL)).isInstanceOf(WalException.class);
    wal.close();
    assertThatThrownBy(() -> newLog(disk, SMALL))
        .isInstanceOf(WalException.class)
        .hasMessageContaining("holds a log already");
    openLog(disk, SMALL).wal().close();
    assertThatThrownBy(wal::sync).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void itWorksOnARealFileSystem(@TempDir Path root) throws IOException {
    FileDisk real = FileDisk.open(root.resolve("data"));
    assertThat(real.permissionWarning()).isEmpty();
    try (Wal wal = newLog(real, SMALL)) {
      for (int i = 1; i <= 100; i++) {
        wal.appendAndSync(new WalHardState(1, 1, i - 1), entries(1, i, i, 300));
      }
      wal.markSnapshotAndSync(new SnapshotMarker(60, 1, CONF), null);
      wal.releaseBefore(50);
      assertThat(wal.readEntries(50, 101, Long.MAX_VALUE)).hasSize(51);
      assertThatThrownBy(() -> openLog(real, SMALL))
          .isInstanceOf(WalException.class)
          .hasMessageContaining(String.valueOf(ProcessHandle.current().pid()));
    }
    assertThat(names(stateOf(real).entries())).hasSize(40).contains("1/61", "1/100");
  }

  private List<String> segments() {
    return disk.list(DIRECTORY).stream().filter(WalRecovery::isSegment).toList();
  }
}
