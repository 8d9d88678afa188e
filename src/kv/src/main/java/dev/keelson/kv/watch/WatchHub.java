package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * One member's watches: the apply thread publishes, streams subscribe, two loops deliver.
 *
 * <table>
 * <caption>Who calls what</caption>
 * <tr><th>apply thread</th><td>{@link #publish}, {@link #compacted}, {@link #reset}: each appends
 *   to the ring or sets a number, and wakes a loop. No watcher's lock is taken.</td></tr>
 * <tr><th>delivery executor</th><td>the delivery loop: synced watchers, progress</td></tr>
 * <tr><th>catch-up executor</th><td>the catch-up loop: reads of the event log, late watchers</td></tr>
 * <tr><th>any thread</th><td>{@link #open}, the methods of {@link WatchStream} (in request order
 *   per stream), {@link #progressTick}, {@link #metrics}</td></tr>
 * </table>
 *
 * <p>An executor may have any number of threads, or be shared; a loop never runs twice at once.
 * Neither may run a task in the thread that submits it.
 */
public final class WatchHub {
  private final EventHistory history;
  private final ResponseEncoder responses;
  private final CatchUpLoop catchUp;
  private final DeliveryLoop delivery;
  private final WatchMetrics metrics;

  /**
   * A hub that starts at the log's current revision.
   *
   * @param log past events; it already has whatever is published
   * @param clusterId for response headers
   * @param memberId for response headers
   * @param term the member's current raft term; asked from any thread
   * @param settings limits
   * @param deliveryExecutor runs the delivery loop's turns
   * @param catchUpExecutor runs the catch-up loop's turns, which may block in the event log
   * @param failed told when a loop stopped because of an exception, which is a defect or a broken
   *     store: watches would silently hang, so the member should stop
   */
  public WatchHub(
      EventLog log,
      long clusterId,
      long memberId,
      LongSupplier term,
      WatchSettings settings,
      Executor deliveryExecutor,
      Executor catchUpExecutor,
      Consumer<Throwable> failed) {
    history = new EventHistory(new EventRing(settings.ringBytes(), log.currentRevision()), log);
    responses = new ResponseEncoder(clusterId, memberId, term);
    catchUp =
        new CatchUpLoop(
            history,
            new FanOut(history, responses, settings.fragmentBytes()),
            settings.batchBytes(),
            this::joinLive,
            catchUpExecutor,
            failed);
    delivery =
        new DeliveryLoop(
            history,
            new FanOut(history, responses, settings.fragmentBytes()),
            settings.batchBytes(),
            catchUp,
            deliveryExecutor,
            failed);
    metrics = new WatchMetrics(() -> history.ring().eventsAfter(delivery.delivered()));
  }

  /**
   * New revisions, in order and without a gap, already visible in the event log. Apply thread;
   * never blocks.
   *
   * @throws IllegalStateException when a revision does not follow the last one published
   */
  public void publish(List<RevisionEvents> revisions) {
    if (!revisions.isEmpty()) {
      history.ring().append(revisions, metrics.watchers() == 0);
      delivery.wake();
    }
  }

  /**
   * Revisions below {@code revision} are compacted: late watchers below it will be canceled. Apply
   * thread; never blocks.
   */
  public void compacted(long revision) {
    history.compacted(revision);
  }

  /**
   * The store was replaced by a newer snapshot and the event log shows it. Every watch goes on from
   * where it was, through the event log; nothing is lost or repeated. Apply thread; never blocks.
   */
  public void reset() {
    history.restart();
    delivery.wake();
  }

  /** A new stream; {@link WatchStream#close()} must be called when its call ends. */
  public WatchStream open(WatchSink sink) {
    WatchStream stream = new WatchStream(this, sink);
    metrics.streamOpened();
    delivery.open(stream);
    return stream;
  }

  /**
   * The progress interval elapsed: watches that asked for it and were quiet since the last call get
   * a progress response. To be called every {@code --watch-progress-notify-interval}, plus up to a
   * tenth at random.
   */
  public void progressTick() {
    delivery.tickProgress();
  }

  /** Counters for the metrics endpoint. */
  public WatchMetrics metrics() {
    return metrics;
  }

  /** Stops the loops; the executors may be shut down afterwards. */
  public void close() {
    delivery.close();
    catchUp.close();
  }

  EventHistory history() {
    return history;
  }

  ResponseEncoder responses() {
    return responses;
  }

  void added(Watcher watcher) {
    delivery.add(watcher);
  }

  void removed(List<Watcher> watchers) {
    delivery.remove(watchers);
    catchUp.remove(watchers);
  }

  void late(List<Watcher> watchers) {
    catchUp.add(watchers);
  }

  void progressRequested(WatchStream stream) {
    delivery.requestProgress(stream);
  }

  void closed(WatchStream stream, List<Watcher> ended) {
    metrics.streamClosed();
    delivery.closed(stream);
    removed(ended);
  }

  private void joinLive(List<Watcher> watchers, long next) {
    delivery.join(watchers, next);
  }
}
