package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.Event;
import java.util.ArrayList;
import java.util.List;

/**
 * Watchers with the same range, filters and prev_kv: whatever one of them gets, all get, so their
 * events are encoded once. Owned by the loop that owns the index.
 */
final class WatchGroup {
  private final WatcherIndex index;
  private final List<Watcher> members = new ArrayList<>();

  /** Events matched in the fan-out that is under way. */
  private EventBlock pending = new EventBlock();

  WatchGroup(WatcherIndex index) {
    this.index = index;
  }

  WatcherIndex index() {
    return index;
  }

  int size() {
    return members.size();
  }

  Watcher member(int position) {
    return members.get(position);
  }

  boolean prevKv() {
    return members.getFirst().spec().prevKv();
  }

  /** Whether the filters let {@code event} through. */
  boolean accepts(Event event) {
    WatchSpec spec = members.getFirst().spec();
    return event.deletion() ? !spec.noDelete() : !spec.noPut();
  }

  /** Adds a matched event; true when it is the first of this fan-out. */
  boolean append(long revision, byte[] encoded) {
    pending.add(revision, encoded);
    return pending.size() == 1;
  }

  void copyTo(List<Watcher> target) {
    target.addAll(members);
  }

  EventBlock takePending() {
    EventBlock taken = pending;
    pending = new EventBlock();
    return taken;
  }

  void add(Watcher watcher) {
    watcher.placed(this, members.size());
    members.add(watcher);
  }

  /** Removes by moving the last member into the gap: members are iterated from the last down. */
  void remove(Watcher watcher) {
    int position = watcher.position();
    Watcher last = members.removeLast();
    if (last != watcher) {
      members.set(position, last);
      last.placed(this, position);
    }
    watcher.displaced();
  }
}
