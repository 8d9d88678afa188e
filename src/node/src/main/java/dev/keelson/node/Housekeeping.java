package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.mvcc.Compactor;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.node.metrics.StoreMetrics;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.backend.KvBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the applier does between two batches: flush the state machine when enough has gathered, so
 * that the log can be shortened, and carry compactions on in small steps. Applier's thread only.
 */
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

  private static final double NANOS_PER_MILLI = 1e6;

  private final StateMachine state;
  private final KvBackend backend;
  private final Durable durable;
  private final MemberSettings settings;
  private final LongSupplier nowNanos;
  private final StoreMetrics metrics;
  private final LongSupplier wallMillis;
  private final List<Waiter> afterCompaction = new ArrayList<>();

  /** Those of them whose flush is under way. */
  private final List<Waiter> flushing = new ArrayList<>();

  private final LongConsumer wakeApplierAfterMillis;
  private long nextStepNanos;
  private long removed;
  private boolean compacting;
  private long compactionBeganNanos;
  private boolean wakePending;

  /** Told how far the state machine is durable, on a thread of the backend. */
  interface Durable {
    void upTo(long index, long term, ConfState confState);
  }

  /** Somebody who waits for a compaction, until its flush or that of what took its place. */
  private static final class Waiter {
    private final Runnable callback;
    private final AtomicBoolean told = new AtomicBoolean();

    Waiter(Runnable callback) {
      this.callback = callback;
    }

    void tell() {
      if (told.compareAndSet(false, true)) {
        callback.run();
      }
    }
  }

  Housekeeping(
      StateMachine state,
      KvBackend backend,
      Durable durable,
      MemberSettings settings,
      LongSupplier nowNanos,
      LongSupplier wallMillis,
      StoreMetrics metrics,
      LongConsumer wakeApplierAfterMillis) {
    this.state = state;
    this.backend = backend;
    this.durable = durable;
    this.settings = settings;
    this.nowNanos = nowNanos;
    this.wallMillis = wallMillis;
    this.metrics = metrics;
    this.wakeApplierAfterMillis = wakeApplierAfterMillis;
    this.nextStepNanos = nowNanos.getAsLong();
  }

  /** Does what is due. */
  void between() {
    if (backend.unflushedBytes() >= settings.memory().memtableBytes()) {
      startFlush(() -> {});
    }
    compact();
  }

  /** Runs a callback once everything compacted so far is removed, durably. */
  void afterCompaction(Runnable callback) {
    afterCompaction.add(new Waiter(callback));
    settleCompaction();
  }

  /**
   * A snapshot has replaced the state, and with it the compaction that was being carried out;
   * flushes that were under way are never told of.
   */
  void replaced() {
    compacting = false;
    removed = 0;
    afterCompaction.addAll(flushing);
    flushing.clear();
    settleCompaction();
  }

  private void compact() {
    Compactor compactor = state.store().compactor();
    if (compactor.idle()) {
      return;
    }
    long earlyNanos = nextStepNanos - nowNanos.getAsLong();
    if (earlyNanos > 0) {
      wakeAfter(TimeUnit.NANOSECONDS.toMillis(earlyNanos) + 1);
      return;
    }
    wakePending = false;
    long beginNanos = nowNanos.getAsLong();
    if (!compacting) {
      compacting = true;
      compactionBeganNanos = beginNanos;
    }
    int rows = compactor.step(settings.compactionBatch());
    removed += rows;
    long endNanos = nowNanos.getAsLong();
    metrics.compactedRows.add(rows);
    metrics.compactionStep.record((endNanos - beginNanos) / NANOS_PER_MILLI);
    long pause = settings.compactionPauseMillis();
    nextStepNanos = endNanos + TimeUnit.MILLISECONDS.toNanos(pause);
    if (compactor.idle()) {
      LOG.atInfo()
          .addKeyValue("compact-revision", compactor.finishedRevision())
          .addKeyValue("removed-rows", removed)
          .addKeyValue("current-db-size-bytes", backend.sizeBytes())
          .addKeyValue("current-db-size-in-use-bytes", backend.liveSizeBytes())
          .addKeyValue("took", SlowRequests.duration(endNanos - compactionBeganNanos))
          .log("finished scheduled compaction");
      removed = 0;
      compacting = false;
      metrics.compaction.record((endNanos - compactionBeganNanos) / NANOS_PER_MILLI);
      metrics.compacted(TimeUnit.MILLISECONDS.toSeconds(wallMillis.getAsLong()));
      settleCompaction();
    } else {
      wakeAfter(Math.max(pause, 1));
    }
  }

  /**
   * Makes sure that the applier comes by again without traffic; at most one wake-up is under way.
   */
  private void wakeAfter(long millis) {
    if (!wakePending) {
      wakePending = true;
      wakeApplierAfterMillis.accept(millis);
    }
  }

  private void settleCompaction() {
    if (state.store().compactor().idle() && !afterCompaction.isEmpty()) {
      List<Waiter> waiting = List.copyOf(afterCompaction);
      afterCompaction.clear();
      flushing.removeIf(each -> each.told.get());
      flushing.addAll(waiting);
      startFlush(() -> waiting.forEach(Waiter::tell));
    }
  }

  /**
   * Makes the state durable up to what is applied now; then the log before it is no longer needed
   * for replay.
   */
  private void startFlush(Runnable done) {
    long index = state.appliedIndex();
    long term = state.store().appliedTerm();
    ConfState confState = state.members().configuration();
    state.store().prepareFlush();
    backend.startFlush(
        () -> {
          durable.upTo(index, term, confState);
          LOG.atInfo().addKeyValue("snapshot-index", index).log("saved snapshot to disk");
          done.run();
        });
  }
}
