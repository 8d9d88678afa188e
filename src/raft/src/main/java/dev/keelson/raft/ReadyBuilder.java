package dev.keelson.raft;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Hands out {@link Ready}s and remembers what their acknowledgements will mean. */
final class ReadyBuilder {
  /**
   * A Ready on its way to the disk.
   *
   * <p>The term makes acknowledgements safe: within one term a log only grows, so if the term is
   * still the same, everything up to {@code (lastIndex, lastTerm)} is durable and was not replaced.
   * Across terms an entry could have been appended, replaced and appended again, and the first
   * write's acknowledgement says nothing of the third. Nothing is lost by ignoring it: a new term
   * changes the hard state, and the Ready that carries that covers whatever is unstable then.
   *
   * @param term the term when it was handed out
   * @param lastIndex the last entry not known to be durable then; 0 if all were
   * @param snapshotIndex the snapshot to install; 0 for none
   */
  record PendingAppend(
      long sequence, long term, long lastIndex, long lastTerm, long snapshotIndex) {}

  private final RaftState state;
  private final Reads reads;
  private final ApplyWindow window;
  private final ArrayDeque<PendingAppend> pendingAppends = new ArrayDeque<>();

  private long sequence;
  private HardState lastHardState;
  private SoftState lastSoftState;

  ReadyBuilder(RaftState state, Reads reads, HardState durable) {
    this.state = state;
    this.reads = reads;
    this.window = new ApplyWindow(state.config.maxApplyingBytes());
    this.lastHardState = durable;
    this.lastSoftState = state.softState();
  }

  boolean hasReady() {
    return !state.outbox.isEmpty()
        || state.log.hasEntriesToWrite()
        || (window.room() > 0 && state.log.hasEntriesToApply())
        || !state.hardState().equals(lastHardState)
        || !state.softState().equals(lastSoftState)
        || (state.isLeader() && state.reads.wantsRound());
  }

  Ready build() {
    reads.beginRoundIfWanted();
    SnapshotMetadata snapshot = state.log.takeSnapshotToWrite();
    List<Entry> entries = state.log.takeEntriesToWrite();
    HardState hardState = state.hardState();
    boolean mustSync =
        !entries.isEmpty() || snapshot != null || hardState.mustSyncAfter(lastHardState);
    Ready ready =
        new Ready(
            ++sequence,
            changedSoftState(),
            hardState.equals(lastHardState) ? null : hardState,
            snapshot,
            entries,
            mustSync,
            state.outbox.takeAtOnce(),
            state.outbox.takeAfterAppend(),
            takeCommitted(),
            state.outbox.takeReadStates());
    lastHardState = hardState;
    if (ready.needsAppend()) {
      pendingAppends.add(pendingAppend(snapshot));
    }
    return ready;
  }

  private @Nullable SoftState changedSoftState() {
    SoftState softState = state.softState();
    if (softState.equals(lastSoftState)) {
      return null;
    }
    lastSoftState = softState;
    return softState;
  }

  private List<Entry> takeCommitted() {
    if (window.room() <= 0) {
      return List.of();
    }
    List<Entry> committed = state.log.takeEntriesToApply(window.room());
    if (!committed.isEmpty()) {
      window.add(committed);
    }
    return committed;
  }

  private PendingAppend pendingAppend(@Nullable SnapshotMetadata snapshot) {
    boolean allStable = state.log.lastIndex() == state.log.stableIndex();
    return new PendingAppend(
        sequence,
        state.term,
        allStable ? 0 : state.log.lastIndex(),
        allStable ? 0 : state.log.lastTerm(),
        snapshot == null ? 0 : snapshot.index());
  }

  /** Passes the appends acknowledged by {@code upTo} to {@code durable}, in order. */
  void acknowledgeAppends(long upTo, Consumer<PendingAppend> durable) {
    if (upTo > sequence) {
      throw new IllegalStateException(
          "Ready " + upTo + " acknowledged, but the last one was " + sequence);
    }
    while (!pendingAppends.isEmpty() && pendingAppends.getFirst().sequence() <= upTo) {
      durable.accept(pendingAppends.removeFirst());
    }
  }

  /** Notes that everything up to {@code index} is applied; returns its payload bytes. */
  long releaseApplied(long index) {
    return window.release(index);
  }
}
