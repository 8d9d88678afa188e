package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A member with its disk and its state machine, for tests: the smallest correct user of {@link
 * Raft}. Appends and applies are separate steps that can be held back; {@link #log} is the disk.
 */
final class Member {
  /** What the state machine has at some index. */
  record Applied(long index, long hash, ConfState confState) {}

  final long id;
  final RaftConfig.Builder options;
  final MemoryLog log;
  final ArrayDeque<Ready> appending = new ArrayDeque<>();
  final ArrayDeque<Entry> applying = new ArrayDeque<>();

  /** Every state the machine has passed since the last snapshot, for restarts at any of them. */
  final TreeMap<Long, Applied> states = new TreeMap<>();

  final List<ReadState> readStates = new ArrayList<>();
  final History history;
  Raft raft;

  /** The hard state that a power loss leaves: commits written lazily are lost. */
  private HardState synced;

  Member(RaftConfig.Builder options, MemoryLog log, History history, long seed) {
    this.options = options;
    this.id = options.build().id();
    this.log = log;
    this.history = history;
    this.synced = log.hardState();
    SnapshotMetadata snapshot = log.snapshot();
    options.appliedIndex(snapshot.index());
    states.put(snapshot.index(), new Applied(snapshot.index(), 0, log.confState()));
    this.raft = new Raft(options.build(), log, new SplittableRandom(seed));
  }

  /** Takes a Ready in; returns what may be sent at once. */
  Ready takeReady() {
    Ready ready = raft.ready();
    if (ready.needsAppend()) {
      appending.add(ready);
    }
    applying.addAll(ready.committedEntries());
    readStates.addAll(ready.readStates());
    return ready;
  }

  /** Makes the oldest append durable; returns what may be sent now. */
  List<Message> completeAppend() {
    Ready ready = appending.remove();
    write(ready);
    if (ready.mustSync()) {
      synced = log.hardState();
    }
    raft.appended(ready.sequence());
    return ready.messagesAfterAppend();
  }

  private void write(Ready ready) {
    if (ready.snapshot() != null) {
      log.applySnapshot(ready.snapshot());
      applying.clear();
      states.clear();
      states.put(ready.snapshot().index(), history.at(ready.snapshot().index()));
    }
    log.append(ready.entries());
    if (ready.hardState() != null) {
      log.setHardState(ready.hardState());
    }
  }

  Applied applied() {
    return states.lastEntry().getValue();
  }

  /** Applies the next entry. */
  Applied completeApply() {
    Entry entry = applying.remove();
    Applied before = applied();
    ConfState confState = before.confState();
    if (entry.type() != EntryType.NORMAL) {
      try {
        ConfChange change = Raft.confChange(entry);
        confState = raft.applyConfChange(change);
      } catch (ConfChangeException e) {
        throw new IllegalStateException("committed change does not fit " + confState, e);
      }
    }
    long hash = before.hash() * 31 + entry.term();
    for (byte b : entry.data()) {
      hash = hash * 31 + b;
    }
    Applied after = new Applied(entry.index(), hash, confState);
    if (entry.index() != before.index() + 1) {
      throw new IllegalStateException("applied " + entry.index() + " after " + before.index());
    }
    history.record(after);
    states.put(entry.index(), after);
    log.setConfState(confState);
    raft.applied(entry.index());
    return after;
  }

  /** Takes a snapshot of the state at {@code index} and drops the log up to there. */
  void compact(long index) {
    Applied state = states.get(index);
    if (state == null || index < log.firstIndex()) {
      return;
    }
    log.setSnapshot(new SnapshotMetadata(index, log.term(index), state.confState()));
    log.compact(index);
    states.headMap(index).clear();
  }

  /**
   * Loses power and starts again.
   *
   * @param survivingAppends how many appends not acknowledged yet had reached the disk
   * @param appliedIndex which state of the machine had reached the disk
   */
  void restart(int survivingAppends, long appliedIndex, long seed) {
    boolean syncedSince = false;
    for (int i = 0; i < survivingAppends && !appending.isEmpty(); i++) {
      Ready ready = appending.remove();
      write(ready);
      syncedSince |= ready.mustSync();
    }
    if (syncedSince) {
      synced = log.hardState();
    }
    appending.clear();
    applying.clear();
    readStates.clear();
    // A snapshot that survived is as far back as the machine can be.
    states.tailMap(Math.max(appliedIndex, states.firstKey()), false).clear();
    // What the disk has of the commit index may be old, but never older than a snapshot installed.
    long commit = Math.max(synced.commit(), log.firstIndex() - 1);
    synced = new HardState(synced.term(), synced.vote(), commit);
    log.setHardState(synced);
    log.setConfState(applied().confState());
    options.appliedIndex(applied().index());
    raft = new Raft(options.build(), log, new SplittableRandom(seed));
  }
}
