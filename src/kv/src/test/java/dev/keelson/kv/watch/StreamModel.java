package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one stream may be sent, checked response by response against the store: the watch guarantees
 * of etcd (ordered, unique, reliable, atomic, filter, prevKV, progress never ahead).
 */
final class StreamModel {
  private final MemoryStore store;
  private final ArrayDeque<WatchSpec> creating = new ArrayDeque<>();
  private final Map<Long, Watch> alive = new TreeMap<>();
  private final Map<Long, Watch> compacted = new TreeMap<>();
  private int events;
  private int progressResponses;

  private static final class Watch {
    private final WatchSpec spec;

    /** Every matching event below it was received. */
    private long position;

    private final List<dev.keelson.proto.mvccpb.Event> fragments = new ArrayList<>();

    Watch(WatchSpec spec, long position) {
      this.spec = spec;
      this.position = position;
    }
  }

  StreamModel(MemoryStore store) {
    this.store = store;
  }

  void creating(WatchSpec spec) {
    creating.add(spec);
  }

  List<Long> ids() {
    List<Long> ids = new ArrayList<>(alive.keySet());
    ids.addAll(compacted.keySet());
    return ids;
  }

  int aliveCount() {
    return alive.size();
  }

  int events() {
    return events;
  }

  int progressResponses() {
    return progressResponses;
  }

  boolean mustAnswerProgress() {
    // a watch that compaction ended holds progress up until the client cancels it
    return compacted.isEmpty()
        && !alive.isEmpty()
        && alive.values().stream()
            .allMatch(watch -> watch.spec.startRevision() <= store.currentRevision());
  }

  void received(WatchResponse response) {
    long id = response.getWatchId();
    long revision = response.getHeader().getRevision();
    assertThat(revision).isLessThanOrEqualTo(store.currentRevision());
    if (response.getCreated()) {
      created(response);
    } else if (response.getCompactRevision() != 0) {
      Watch watch = alive(id);
      alive.remove(id);
      assertThat(response.getCanceled()).isTrue();
      assertThat(revision).isZero();
      assertThat(response.getCompactRevision()).isEqualTo(store.compactRevision());
      assertThat(watch.position).isLessThan(store.compactRevision());
      compacted.put(id, watch);
    } else if (response.getCanceled()) {
      assertThat(alive.remove(id) != null || compacted.remove(id) != null).isTrue();
    } else if (response.getEventsCount() == 0) {
      progressResponses++;
      if (id == -1) {
        assertThat(alive).isNotEmpty();
        alive.values().forEach(watch -> progress(watch, revision));
      } else {
        progress(alive(id), revision);
      }
    } else {
      Watch watch = alive(id);
      watch.fragments.addAll(response.getEventsList());
      assertThat(watch.spec.fragment() || !response.getFragment()).isTrue();
      if (!response.getFragment()) {
        batch(watch, List.copyOf(watch.fragments), revision);
        watch.fragments.clear();
      }
    }
  }

  /** Nothing may be missing up to the store's current revision. */
  void assertComplete() {
    for (Map.Entry<Long, Watch> each : alive.entrySet()) {
      Watch watch = each.getValue();
      assertThat(matching(watch, store.currentRevision()))
          .as("undelivered events of watch %d", each.getKey())
          .isEmpty();
    }
    assertThat(creating).isEmpty();
  }

  private Watch alive(long id) {
    Watch watch = alive.get(id);
    if (watch == null) {
      throw new AssertionError("response for watch " + id + ", which is not alive");
    }
    return watch;
  }

  private void created(WatchResponse response) {
    WatchSpec spec = creating.remove();
    long revision = response.getHeader().getRevision();
    assertThat(revision).isEqualTo(store.currentRevision());
    if (response.getCanceled()) {
      assertThat(response.getWatchId()).isEqualTo(-1);
      assertThat(response.getCancelReason()).isNotEmpty();
      return;
    }
    assertThat(ids()).doesNotContain(response.getWatchId());
    long start = spec.startRevision();
    alive.put(response.getWatchId(), new Watch(spec, start == 0 ? revision + 1 : start));
  }

  private void progress(Watch watch, long revision) {
    assertThat(revision).isGreaterThanOrEqualTo(watch.spec.startRevision());
    assertThat(matching(watch, revision)).as("progress ahead of events").isEmpty();
    assertThat(watch.fragments).isEmpty();
  }

  private void batch(
      Watch watch, List<dev.keelson.proto.mvccpb.Event> received, long headerRevision) {
    events += received.size();
    long last = received.getLast().getKv().getModRevision();
    assertThat(headerRevision).isGreaterThanOrEqualTo(last);
    assertThat(received.stream().map(e -> e.getKv().getModRevision()).distinct().count())
        .isLessThanOrEqualTo(1000);
    List<Event> expected = matching(watch, last);
    assertThat(received).as("events from %d to %d", watch.position, last).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      compare(watch, received.get(i), expected.get(i));
    }
    watch.position = last + 1;
  }

  private void compare(Watch watch, dev.keelson.proto.mvccpb.Event received, Event expected) {
    assertThat(received.getTypeValue()).isEqualTo(expected.deletion() ? 1 : 0);
    assertThat(received.getKv().toByteArray()).isEqualTo(expected.keyValue());
    byte @Nullable [] previous =
        watch.spec.prevKv()
                && !expected.previous().equals(Revision.NONE)
                && expected.main() - 1 >= store.compactRevision()
            ? store.keyValueAt(expected.previous())
            : null;
    assertThat(received.hasPrevKv() ? received.getPrevKv().toByteArray() : null)
        .as("prev_kv of %s", received)
        .isEqualTo(previous);
  }

  private List<Event> matching(Watch watch, long last) {
    List<Event> found = new ArrayList<>();
    for (long revision = Math.max(watch.position, 2); revision <= last; revision++) {
      for (Event event : store.at(revision).events()) {
        if (matches(watch.spec, event)) {
          found.add(event);
        }
      }
    }
    return found;
  }

  static boolean matches(WatchSpec spec, Event event) {
    if (event.deletion() ? spec.noDelete() : spec.noPut()) {
      return false;
    }
    if (spec.rangeEnd().length == 0) {
      return Arrays.equals(spec.key(), event.key());
    }
    boolean toTheEnd = spec.rangeEnd().length == 1 && spec.rangeEnd()[0] == 0;
    return Arrays.compareUnsigned(spec.key(), event.key()) <= 0
        && (toTheEnd || Arrays.compareUnsigned(event.key(), spec.rangeEnd()) < 0);
  }
}
