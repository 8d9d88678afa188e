package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.List;

/** A store, a hub and its two loops driven by hand. */
final class WatchBench {
  static final long CLUSTER = 0xcdf818194e3a8c32L;
  static final long MEMBER = 0x8e9e05c52164694dL;
  static final long TERM = 7;

  final MemoryStore store = new MemoryStore();
  final StepExecutor delivery = new StepExecutor();
  final StepExecutor catchUp = new StepExecutor();
  final List<Throwable> failures = new ArrayList<>();
  final WatchHub hub;

  WatchBench() {
    this(WatchSettings.DEFAULT, 0);
  }

  /** A hub that starts on a store with so many puts of "old" in it. */
  WatchBench(WatchSettings settings, int revisionsBefore) {
    for (int i = 0; i < revisionsBefore; i++) {
      store.put("old", "v" + i);
    }
    hub =
        new WatchHub(
            store, CLUSTER, MEMBER, () -> TERM, settings, delivery, catchUp, failures::add);
  }

  void put(String key, String value) {
    publish(store.put(key, value));
  }

  void delete(String key) {
    publish(store.delete(key));
  }

  void txn(MemoryStore.Change... changes) {
    publish(store.commit(changes));
  }

  void publish(RevisionEvents revision) {
    hub.publish(List.of(revision));
  }

  void compact(long revision) {
    store.compact(revision);
    hub.compacted(revision);
  }

  /** Runs both loops until they rest. */
  void settle() {
    while (delivery.step() || catchUp.step()) {
      if (!failures.isEmpty()) {
        throw new AssertionError("a loop failed", failures.getFirst());
      }
    }
  }

  /** Commits and delivers one put. */
  void putNow(String key, String value) {
    put(key, value);
    settle();
  }
}
