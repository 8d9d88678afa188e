package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.CompactedException;
import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Brings late watchers forward. They stand in cohorts by position; each turn reads one batch of
 * whole revisions for one cohort, and every other cohort whose position the batch covers shares it.
 * Cohorts take turns in the order of their positions, so one that starts far back does not hold up
 * those near the head. A cohort at the head goes over to the delivery loop.
 *
 * <p>The fields belong to the loop's turns.
 */
final class CatchUpLoop {
  /** Most distinct revisions in one response (etcd's watchBatchMaxRevs). */
  private static final int BATCH_REVISIONS = 1000;

  private final EventHistory history;
  private final FanOut fanOut;
  private final long batchBytes;
  private final Joiner joiner;
  private final SerialLoop loop;

  /** Watchers that started in the past: their responses name the revision current when read. */
  private final WatcherIndex started = new WatcherIndex();

  /** Watchers that back-pressure made late: their responses name the last revision they cover. */
  private final WatcherIndex delayed = new WatcherIndex();

  /** By position; may still list watchers that have left their index. */
  private final NavigableMap<Long, List<Watcher>> cohorts = new TreeMap<>();

  /** The position at which the cohort served last was left. */
  private long cursor;

  /** Where watchers go that have caught up. */
  interface Joiner {
    /** Takes watchers whose position is {@code next}. */
    void join(List<Watcher> watchers, long next);
  }

  CatchUpLoop(
      EventHistory history,
      FanOut fanOut,
      long batchBytes,
      Joiner joiner,
      Executor executor,
      Consumer<Throwable> failed) {
    this.history = history;
    this.fanOut = fanOut;
    this.batchBytes = batchBytes;
    this.joiner = joiner;
    this.loop = new SerialLoop(executor, this::turn, failed);
  }

  void close() {
    loop.close();
  }

  /** Takes watchers at their own positions; dead ones are dropped. Any thread. */
  void add(List<Watcher> watchers) {
    if (!watchers.isEmpty()) {
      loop.tell(
          () -> {
            for (Watcher watcher : watchers) {
              if (!watcher.dead()) {
                indexOf(watcher).add(watcher);
                cohort(watcher.next()).add(watcher);
              }
            }
          });
    }
  }

  void remove(List<Watcher> watchers) {
    loop.tell(
        () -> {
          for (Watcher watcher : watchers) {
            if (isLate(watcher)) {
              indexOf(watcher).remove(watcher);
            }
          }
        });
  }

  private void turn() {
    cancelBelow(history.compactRevision(), history.compactRevision());
    Long from = cohorts.higherKey(cursor);
    if (from == null) {
      from = cohorts.isEmpty() ? null : cohorts.firstKey();
    }
    if (from != null) {
      advance(from);
    }
    if (!cohorts.isEmpty()) {
      loop.wake();
    }
  }

  private void advance(long from) {
    long current = history.currentRevision();
    List<RevisionEvents> batch;
    try {
      batch = history.read(from, BATCH_REVISIONS, batchBytes, this::isWanted);
    } catch (CompactedException overtaken) {
      // At least this cohort goes, or a log that contradicts itself would keep the loop spinning.
      cancelBelow(Math.max(overtaken.compactRevision(), from + 1), overtaken.compactRevision());
      return;
    }
    // No event is left from here on. Yet the revision need not be a later one: that of an empty
    // store has none, nor has the one that a restore was raised to.
    long end = batch.isEmpty() ? Math.max(from - 1, current) : batch.getLast().revision();
    if (!batch.isEmpty()) {
      fanOut.send(batch, started, from, Math.max(end, current));
      fanOut.send(batch, delayed, from, end);
    }
    long next = end + 1;
    List<Watcher> moved = takeLate(cohorts.subMap(from, true, Math.max(end, from), true));
    for (Watcher watcher : moved) {
      watcher.next(next);
    }
    cursor = next;
    if (moved.isEmpty()) {
      return;
    }
    if (next > history.ring().last()) {
      moved.forEach(watcher -> indexOf(watcher).remove(watcher));
      joiner.join(moved, next);
    } else {
      cohort(next).addAll(moved);
    }
  }

  private boolean isWanted(byte[] key) {
    return started.matches(key) || delayed.matches(key);
  }

  /** Ends the watchers below {@code position}. */
  private void cancelBelow(long position, long compactRevision) {
    for (Watcher watcher : takeLate(cohorts.headMap(position, false))) {
      indexOf(watcher).remove(watcher);
      watcher.stream().cancelCompacted(watcher, compactRevision);
    }
  }

  /** Empties a range of cohorts and returns their watchers that are still late. */
  private List<Watcher> takeLate(Map<Long, List<Watcher>> range) {
    List<Watcher> taken = new ArrayList<>();
    Iterator<List<Watcher>> each = range.values().iterator();
    while (each.hasNext()) {
      for (Watcher watcher : each.next()) {
        if (isLate(watcher)) {
          taken.add(watcher);
        }
      }
      each.remove();
    }
    return taken;
  }

  private WatcherIndex indexOf(Watcher watcher) {
    return watcher.wasLive() ? delayed : started;
  }

  private boolean isLate(Watcher watcher) {
    return indexOf(watcher).contains(watcher);
  }

  private List<Watcher> cohort(long position) {
    return cohorts.computeIfAbsent(position, key -> new ArrayList<>());
  }
}
