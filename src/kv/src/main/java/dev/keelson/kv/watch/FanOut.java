package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Matches whole revisions against an index and sends each watcher one response with all its events
 * of them. Each event is encoded at most twice (with and without prev_kv), however many watchers
 * get it. Used by one loop.
 */
final class FanOut {
  private final EventHistory history;
  private final ResponseEncoder responses;
  private final long fragmentBytes;

  private final List<WatchGroup> touched = new ArrayList<>();

  FanOut(EventHistory history, ResponseEncoder responses, long fragmentBytes) {
    this.history = history;
    this.responses = responses;
    this.fragmentBytes = fragmentBytes;
  }

  /**
   * Sends {@code batch} to the watchers of {@code index} whose position is within {@code
   * [lowestPosition, last revision of the batch]}. A watcher whose sink is not ready is parked at
   * its first unsent event and leaves the index, as a dead one does.
   */
  void send(
      List<RevisionEvents> batch, WatcherIndex index, long lowestPosition, long headerRevision) {
    if (index.size() == 0) {
      return;
    }
    for (RevisionEvents revision : batch) {
      for (Event event : revision.events()) {
        match(event, index);
      }
    }
    if (touched.isEmpty()) {
      return;
    }
    byte[] header = responses.header(headerRevision);
    for (WatchGroup group : touched) {
      deliver(group, new GroupResponse(header, group.takePending(), fragmentBytes), lowestPosition);
    }
    touched.clear();
  }

  private void match(Event event, WatcherIndex index) {
    Encoded encoded = new Encoded(event);
    index.match(
        event.key(),
        group -> {
          if (group.accepts(event)
              && group.append(event.main(), encoded.forGroup(group, history))) {
            touched.add(group);
          }
        });
  }

  private static void deliver(WatchGroup group, GroupResponse response, long lowestPosition) {
    // From the last down: a watcher that leaves is replaced by one that was served already.
    for (int i = group.size() - 1; i >= 0; i--) {
      Watcher watcher = group.member(i);
      if (watcher.next() >= lowestPosition) {
        int from = response.events().indexOf(watcher.next());
        if (from < response.events().size()) {
          watcher.stream().offer(watcher, response, from);
        }
      }
    }
  }

  /** The encodings of one event, made when first needed. */
  private static final class Encoded {
    private final Event event;
    private byte @Nullable [] plain;
    private byte @Nullable [] withPrevious;

    Encoded(Event event) {
      this.event = event;
    }

    byte[] forGroup(WatchGroup group, EventHistory history) {
      if (!group.prevKv()) {
        return plain();
      }
      byte[] made = withPrevious;
      if (made == null) {
        byte[] previous = history.previous(event);
        made = previous == null ? plain() : EventEncoder.encode(event, previous);
        withPrevious = made;
      }
      return made;
    }

    private byte[] plain() {
      byte[] made = plain;
      if (made == null) {
        made = EventEncoder.encode(event, null);
        plain = made;
      }
      return made;
    }
  }
}
