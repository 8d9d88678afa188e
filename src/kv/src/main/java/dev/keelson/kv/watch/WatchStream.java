package dev.keelson.kv.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The watches of one gRPC stream. The public methods are for the stream's own thread (any thread,
 * in the order of the client's requests); the others are for the two loops. One lock per stream
 * guards its watches and puts its responses in order; nothing blocks under it.
 */
public final class WatchStream {
  private static final String EMPTY_RANGE = "mvcc: watcher range is empty";
  private static final String DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
  private static final String NEGATIVE_START =
      "etcdserver: mvcc: required revision has been compacted";

  private final WatchHub hub;
  private final WatchSink sink;
  private final Object lock = new Object();

  /** By id, also those that compaction ended: their ids stay taken until the client cancels. */
  private final Map<Long, Watcher> watchers = new HashMap<>();

  /** Watchers in no loop, whose next event waits for the sink to be ready. */
  private final Set<Watcher> parked = new LinkedHashSet<>();

  private long nextId;
  private boolean closed;

  WatchStream(WatchHub hub, WatchSink sink) {
    this.hub = hub;
    this.sink = sink;
  }

  /**
   * Creates a watch and answers it: {@code created} under its id, or created and canceled under id
   * -1 with the reason. A start revision that is compacted is created and then canceled with the
   * compact revision.
   */
  public void create(WatchSpec spec) {
    synchronized (lock) {
      if (closed) {
        return;
      }
      long current = hub.history().currentRevision();
      String reason = refusal(spec);
      if (reason != null) {
        sink.send(hub.responses().refused(current, reason));
        return;
      }
      long start = spec.startRevision();
      Watcher watcher =
          new Watcher(this, spec, assignId(spec.watchId()), start == 0 ? current + 1 : start);
      watchers.put(watcher.id(), watcher);
      sink.send(hub.responses().created(current, watcher.id()));
      hub.metrics().watcherAdded();
      long compactRevision = hub.history().compactRevision();
      if (start != 0 && start < compactRevision) {
        bury(watcher);
        sink.send(hub.responses().compacted(watcher.id(), compactRevision));
      } else {
        hub.added(watcher);
      }
    }
  }

  /** Answers a creation that is not allowed; the stream stays usable. */
  public void refuse(String reason) {
    synchronized (lock) {
      if (!closed) {
        sink.send(hub.responses().refused(hub.history().currentRevision(), reason));
      }
    }
  }

  /** Ends a watch: no event of it follows the answer. An unknown id is ignored. */
  public void cancel(long watchId) {
    synchronized (lock) {
      Watcher watcher = watchers.remove(watchId);
      if (watcher == null) {
        return;
      }
      if (!watcher.dead()) {
        bury(watcher);
        hub.removed(List.of(watcher));
      }
      sink.send(hub.responses().canceled(hub.history().currentRevision(), watchId));
    }
  }

  /**
   * Asks for the revision up to which everything was sent. Answered under id -1 when every watch is
   * synced and has reached its start revision; dropped silently otherwise, or when the sink is not
   * ready. The client asks again.
   */
  public void requestProgress() {
    hub.progressRequested(this);
  }

  /** The sink can take responses again: the parked watches go on. */
  public void onReady() {
    synchronized (lock) {
      if (!parked.isEmpty()) {
        hub.late(new ArrayList<>(parked));
        parked.clear();
      }
    }
  }

  /** Ends all watches; nothing is sent any more. May be called more than once. */
  public void close() {
    synchronized (lock) {
      if (closed) {
        return;
      }
      closed = true;
      List<Watcher> ended = new ArrayList<>();
      for (Watcher watcher : watchers.values()) {
        if (!watcher.dead()) {
          bury(watcher);
          ended.add(watcher);
        }
      }
      watchers.clear();
      hub.closed(this, ended);
    }
  }

  /**
   * Sends the watcher its events of a fan-out from index {@code from} on; called by the loop that
   * owns it. A dead watcher leaves the loop's index instead; one whose sink is not ready leaves it
   * too and is parked at that event.
   */
  void offer(Watcher watcher, GroupResponse response, int from) {
    synchronized (lock) {
      if (watcher.dead()) {
        watcher.leaveIndex();
      } else if (!sink.isReady()) {
        // It must have left before it can be seen parked: from then on another loop may take it.
        watcher.leaveIndex();
        watcher.next(response.events().revision(from));
        unsync(watcher);
        parked.add(watcher);
      } else {
        for (WatchFrame frame : response.frames(watcher, from)) {
          sink.send(frame);
        }
        watcher.quiet(false);
        hub.metrics().sent(response.events().size() - from);
      }
    }
  }

  /** The delivery loop takes the watcher; false when it is dead. */
  boolean markSynced(Watcher watcher) {
    synchronized (lock) {
      if (watcher.dead()) {
        return false;
      }
      watcher.synced(true);
      watcher.wentLive();
      hub.metrics().syncedAdded();
      return true;
    }
  }

  /** The delivery loop gives the watcher up; false when it is dead. */
  boolean markLate(Watcher watcher) {
    synchronized (lock) {
      unsync(watcher);
      return !watcher.dead();
    }
  }

  /** Compaction overtook the watcher: the last thing the client hears of it. */
  void cancelCompacted(Watcher watcher, long compactRevision) {
    synchronized (lock) {
      if (!watcher.dead()) {
        bury(watcher);
        sink.send(hub.responses().compacted(watcher.id(), compactRevision));
      }
    }
  }

  /** Answers a progress request; everything up to {@code delivered} was sent to synced watches. */
  void reportProgress(long delivered) {
    synchronized (lock) {
      for (Watcher watcher : watchers.values()) {
        // one that compaction ended holds progress up, as in etcd, until the client has canceled it
        if (!watcher.synced() || !watcher.mayReport(delivered)) {
          return;
        }
      }
      if (!watchers.isEmpty() && !closed && sink.isReady()) {
        sink.send(hub.responses().progress(delivered, ResponseEncoder.NO_WATCH));
      }
    }
  }

  /** Periodic progress: to each synced watch that wants it and was quiet since the last tick. */
  void tickProgress(long delivered) {
    synchronized (lock) {
      for (Watcher watcher : watchers.values()) {
        if (watcher.dead() || !watcher.spec().progressNotify()) {
          continue;
        }
        if (watcher.quiet() && watcher.synced() && watcher.mayReport(delivered) && sink.isReady()) {
          sink.send(hub.responses().progress(delivered, watcher.id()));
        }
        watcher.quiet(true);
      }
    }
  }

  private @Nullable String refusal(WatchSpec spec) {
    if (spec.startRevision() < 0) {
      return NEGATIVE_START;
    }
    if (spec.isEmptyRange()) {
      return EMPTY_RANGE;
    }
    return spec.watchId() != 0 && watchers.containsKey(spec.watchId()) ? DUPLICATE_ID : null;
  }

  private long assignId(long wanted) {
    if (wanted != 0) {
      return wanted;
    }
    while (watchers.containsKey(nextId)) {
      nextId++;
    }
    return nextId++;
  }

  private void bury(Watcher watcher) {
    unsync(watcher);
    parked.remove(watcher);
    watcher.die();
    hub.metrics().watcherRemoved();
  }

  private void unsync(Watcher watcher) {
    if (watcher.synced()) {
      watcher.synced(false);
      hub.metrics().syncedRemoved();
    }
  }
}
