package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Follows the ring's head for the synced watchers: the live path. One response per revision and
 * watch; when the loop itself has fallen more than {@value #LIVE_LAG_MAX} revisions behind the
 * apply thread, whole revisions are put together to catch up.
 *
 * <p>The fields belong to the loop's turns, except where said.
 */
final class DeliveryLoop {
  /** Lag in revisions up to which each revision gets a response of its own. */
  private static final int LIVE_LAG_MAX = 16;

  /** Most revisions in one response, as in etcd's catch-up. */
  private static final int BATCH_REVISIONS = 1000;

  private final EventHistory history;
  private final EventRing ring;
  private final FanOut fanOut;
  private final long batchBytes;
  private final CatchUpLoop catchUp;
  private final SerialLoop loop;

  private final WatcherIndex live = new WatcherIndex();
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private final List<ProgressRequest> progressRequests = new ArrayList<>();

  /**
   * Every event up to here was sent to each watcher of {@link #live} that wanted it. Read by any
   * thread.
   */
  private volatile long delivered;

  /** To be answered once {@code target}, the head when it was asked, has been delivered. */
  private record ProgressRequest(WatchStream stream, long target) {}

  DeliveryLoop(
      EventHistory history,
      FanOut fanOut,
      long batchBytes,
      CatchUpLoop catchUp,
      Executor executor,
      Consumer<Throwable> failed) {
    this.history = history;
    this.ring = history.ring();
    this.fanOut = fanOut;
    this.batchBytes = batchBytes;
    this.catchUp = catchUp;
    this.delivered = ring.last();
    this.loop = new SerialLoop(executor, this::turn, failed);
  }

  /** The newest revision that every synced watcher has been sent. Any thread. */
  long delivered() {
    return delivered;
  }

  /** The ring has grown. Any thread; never blocks. */
  void wake() {
    loop.wake();
  }

  void close() {
    loop.close();
  }

  void open(WatchStream stream) {
    loop.tell(() -> streams.add(stream));
  }

  void closed(WatchStream stream) {
    loop.tell(() -> streams.remove(stream));
  }

  /** Takes a new watcher, or passes it on when its start is in the past. */
  void add(Watcher watcher) {
    loop.tell(
        () -> {
          if (watcher.next() <= delivered) {
            catchUp.add(List.of(watcher));
          } else {
            goLive(watcher);
          }
        });
  }

  void remove(List<Watcher> watchers) {
    loop.tell(
        () -> {
          for (Watcher watcher : watchers) {
            if (live.contains(watcher)) {
              live.remove(watcher);
            }
          }
        });
  }

  /** Takes watchers that have caught up to {@code next}, the position of all of them. */
  void join(List<Watcher> watchers, long next) {
    loop.tell(() -> admit(watchers, next));
  }

  void requestProgress(WatchStream stream) {
    loop.tell(() -> progressRequests.add(new ProgressRequest(stream, ring.last())));
  }

  void tickProgress() {
    loop.tell(
        () -> {
          for (WatchStream stream : streams) {
            stream.tickProgress(delivered);
          }
        });
  }

  private void turn() {
    if (delivered < ring.last()) {
      deliver();
    }
    answerProgress();
    if (delivered < ring.last()) {
      loop.wake();
    }
  }

  private void deliver() {
    long lag = ring.last() - delivered;
    List<RevisionEvents> batch = ring.read(delivered + 1, BATCH_REVISIONS, batchBytes);
    if (batch == null) {
      giveUpLive();
      return;
    }
    long end = batch.getLast().revision();
    if (lag > LIVE_LAG_MAX) {
      fanOut.send(batch, live, 0, end);
    } else {
      for (RevisionEvents revision : batch) {
        fanOut.send(List.of(revision), live, 0, revision.revision());
      }
    }
    delivered = end;
  }

  /**
   * The ring no longer has the next revision: the loop was overrun, or a snapshot replaced the
   * store. Whoever may have missed something resumes from the event log.
   */
  private void giveUpLive() {
    long head = ring.last();
    List<Watcher> late = new ArrayList<>();
    for (Watcher watcher : live.members()) {
      if (watcher.next() <= head) {
        watcher.next(Math.max(watcher.next(), delivered + 1));
        live.remove(watcher);
        if (watcher.stream().markLate(watcher)) {
          late.add(watcher);
        }
      }
    }
    delivered = head;
    catchUp.add(late);
  }

  /**
   * Sends arriving watchers what was delivered while they were on their way, so that none of it is
   * missed or sent twice.
   */
  private void admit(List<Watcher> watchers, long next) {
    if (next > delivered) {
      watchers.forEach(this::goLive);
      return;
    }
    List<RevisionEvents> missed = ring.read(next, BATCH_REVISIONS, batchBytes);
    if (missed == null) {
      catchUp.add(watchers);
      return;
    }
    WatcherIndex arriving = new WatcherIndex();
    watchers.forEach(arriving::add);
    long end = missed.getLast().revision();
    fanOut.send(missed, arriving, next, Math.max(end, history.currentRevision()));
    List<Watcher> stillLate = new ArrayList<>();
    for (Watcher watcher : arriving.members()) {
      arriving.remove(watcher);
      watcher.next(end + 1);
      if (end < delivered) {
        stillLate.add(watcher);
      } else {
        goLive(watcher);
      }
    }
    catchUp.add(stillLate);
  }

  private void goLive(Watcher watcher) {
    if (watcher.stream().markSynced(watcher)) {
      live.add(watcher);
    }
  }

  private void answerProgress() {
    Iterator<ProgressRequest> requests = progressRequests.iterator();
    while (requests.hasNext()) {
      ProgressRequest request = requests.next();
      if (delivered >= request.target()) {
        request.stream().reportProgress(delivered);
        requests.remove();
      }
    }
  }
}
