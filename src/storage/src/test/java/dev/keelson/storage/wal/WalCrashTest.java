package dev.keelson.storage.wal;

import static dev.keelson.storage.wal.WalFixture.SMALL;
import static dev.keelson.storage.wal.WalFixture.entry;
import static dev.keelson.storage.wal.WalFixture.newLog;
import static dev.keelson.storage.wal.WalFixture.openLog;
import static dev.keelson.storage.wal.WalFixture.same;
import static dev.keelson.storage.wal.WalFixture.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Entry;
import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.Survival;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power fails before every write, fsync, rename and delete of a random script. What is found
 * must be the state after some operation that is not older than the newest acknowledged one.
 */
class WalCrashTest {
  private static final int OPERATIONS = 120;
  private static final int SCRIPTS = 2;

  /** What the log must return, as the script's author sees it. */
  private record Model(WalHardState hardState, long snapshot, NavigableMap<Long, Entry> entries) {
    Model with(WalHardState newState, List<Entry> appended) {
      NavigableMap<Long, Entry> next = new TreeMap<>(entries);
      for (Entry entry : appended) {
        next.tailMap(entry.index(), true).clear();
        next.put(entry.index(), entry);
      }
      return new Model(newState, snapshot, next);
    }

    Model marked(long index) {
      return new Model(hardState, index, new TreeMap<>(entries.tailMap(index, false)));
    }

    long last() {
      return entries.isEmpty() ? snapshot : entries.lastKey();
    }

    boolean equalTo(WalState state) {
      SnapshotMarker marker = state.snapshot();
      return state.hardState().equals(hardState)
          && (marker == null ? 0 : marker.index()) == snapshot
          && sameEntries(state.entries());
    }

    private boolean sameEntries(List<Entry> found) {
      List<Entry> wanted = new ArrayList<>(entries.values());
      if (found.size() != wanted.size()) {
        return false;
      }
      for (int i = 0; i < found.size(); i++) {
        if (!same(found.get(i), wanted.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  /** A run of the script, crashed before each of its steps. */
  private static final class Run {
    final CrashableDisk disk = new CrashableDisk();
    final Random script;
    final Random power;
    final Survival survival;
    // Every state an operation led to, a batch being as many states as it has records.
    final List<Model> states = new ArrayList<>();
    int acknowledged;
    int crashes;

    Run(int seed, Survival survival) {
      script = new Random(seed);
      power = new Random(seed);
      this.survival = survival;
    }

    void play() {
      states.add(new Model(WalHardState.INITIAL, 0, new TreeMap<>()));
      Wal wal = newLog(disk, SMALL);
      disk.observe(this::crashHere);
      for (int i = 0; i < OPERATIONS; i++) {
        wal = step(wal);
      }
      crashHere();
      wal.close();
    }

    private Wal step(Wal wal) {
      Model now = states.getLast();
      switch (script.nextInt(12)) {
        case 0 -> {
          wal.sync();
          acknowledge();
        }
        case 1, 2 -> {
          append(wal, now);
        }
        case 3 -> {
          long index = now.snapshot() + script.nextLong(now.last() - now.snapshot() + 1);
          if (index > now.snapshot()) {
            long term = now.entries().floorEntry(index).getValue().term();
            states.add(now.marked(index));
            wal.markSnapshotAndSync(new SnapshotMarker(index, term, new byte[40]), null);
            acknowledge();
          }
        }
        case 4 -> wal.releaseBefore(now.snapshot() + 1);
        case 5 -> {
          if (script.nextInt(3) == 0) {
            wal.close();
            acknowledge();
            return openLog(disk, SMALL).wal();
          }
        }
        default -> {
          append(wal, now);
          wal.sync();
          acknowledge();
        }
      }
      return wal;
    }

    private void append(Wal wal, Model now) {
      long term = now.hardState().term();
      long first = now.last() + 1;
      if (script.nextInt(6) == 0) {
        term++;
        long commit = Math.max(now.hardState().commit(), now.snapshot());
        first = commit + 1 + script.nextLong(now.last() - commit + 1);
      }
      int count = script.nextInt(5);
      List<Entry> entries = new ArrayList<>();
      Model model = now;
      for (int i = 0; i < count; i++) {
        Entry next = entry(Math.max(1, term), first + i, script.nextInt(1500));
        entries.add(next);
        model = model.with(model.hardState(), List.of(next));
        states.add(model);
      }
      WalHardState state = null;
      if (script.nextBoolean() || term > now.hardState().term()) {
        long commit = Math.max(now.hardState().commit(), model.last() - script.nextInt(6));
        state = new WalHardState(term, 1, Math.min(commit, model.last()));
        states.add(model.with(state, List.of()));
      }
      wal.appendUnsynced(state, entries);
    }

    private void acknowledge() {
      acknowledged = states.size() - 1;
    }

    private void crashHere() {
      CrashableDisk after = disk.crash(power, survival);
      crashes++;
      WalState found = stateOf(after);
      assertThat(firstEqual(found))
          .as("crash %d, %d states, acknowledged %d", crashes, states.size(), acknowledged)
          .isNotNull();
      if (crashes % 4 == 0) {
        appendAfter(after, found);
        return;
      }
      // A second crash, during the first recovery, must not lose or invent anything either.
      WalState again = stateOf(after.crash(power, Survival.NONE));
      assertThat(firstEqual(again)).isEqualTo(firstEqual(found));
    }

    /** What is appended and acknowledged after a recovery survives the next loss of power. */
    private void appendAfter(CrashableDisk recovered, WalState found) {
      Wal wal = openLog(recovered, SMALL).wal();
      Entry next = entry(99, wal.lastIndex() + 1, 700);
      wal.appendAndSync(null, List.of(next));
      wal.appendUnsynced(null, List.of(entry(99, wal.lastIndex() + 1, 700)));
      List<Entry> entries = stateOf(recovered.crash(power, survival)).entries();
      assertThat(entries).hasSizeBetween(found.entries().size() + 1, found.entries().size() + 2);
      assertThat(same(entries.get(found.entries().size()), next)).isTrue();
    }

    private @Nullable Integer firstEqual(WalState found) {
      for (int i = acknowledged; i < states.size(); i++) {
        if (states.get(i).equalTo(found)) {
          return i;
        }
      }
      return null;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCrashLeavesAPrefixWithAllThatWasAcknowledged(Survival survival) {
    Map<Integer, Integer> crashes = new HashMap<>();
    for (int seed = 1; seed <= SCRIPTS; seed++) {
      Run run = new Run(seed, survival);
      run.play();
      crashes.put(seed, run.crashes);
    }
    assertThat(crashes.values()).allMatch(count -> count > OPERATIONS);
  }
}
