package dev.keelson.kv.watch;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Counters of the watch machinery; may be read from any thread, without a consistent cut. */
public final class WatchMetrics {
  private final AtomicLong streams = new AtomicLong();
  private final AtomicLong watchers = new AtomicLong();
  private final AtomicLong synced = new AtomicLong();
  private final LongAdder eventsSent = new LongAdder();
  private final LongSupplier pending;

  WatchMetrics(LongSupplier pending) {
    this.pending = pending;
  }

  /** Open streams. */
  public long streams() {
    return streams.get();
  }

  /** Watches that are alive, on all streams. */
  public long watchers() {
    return watchers.get();
  }

  /** Live watches that are behind: catching up, or waiting for a client that does not read. */
  public long slowWatchers() {
    return Math.max(0, watchers.get() - synced.get());
  }

  /** Events handed to sinks since the start, one per event and watch. */
  public long eventsSent() {
    return eventsSent.sum();
  }

  /** Published events that the delivery loop has not reached yet. */
  public long pendingEvents() {
    return pending.getAsLong();
  }

  void streamOpened() {
    streams.incrementAndGet();
  }

  void streamClosed() {
    streams.decrementAndGet();
  }

  void watcherAdded() {
    watchers.incrementAndGet();
  }

  void watcherRemoved() {
    watchers.decrementAndGet();
  }

  void syncedAdded() {
    synced.incrementAndGet();
  }

  void syncedRemoved() {
    synced.decrementAndGet();
  }

  void sent(int events) {
    eventsSent.add(events);
  }
}
