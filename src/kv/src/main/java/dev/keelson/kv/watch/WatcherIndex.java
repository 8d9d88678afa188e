package dev.keelson.kv.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the watchers of a key: single-key watches by hash, ranges by interval tree. Owned by one
 * loop; not thread-safe.
 */
final class WatcherIndex {
  private final Map<Key, RangeGroups> points = new HashMap<>();
  private final RangeTree ranges = new RangeTree();
  private int size;

  /** A key by content; its hash is computed once. */
  private static final class Key {
    private final byte[] bytes;
    private final int hash;

    Key(byte[] bytes) {
      this.bytes = bytes;
      this.hash = Arrays.hashCode(bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && hash == key.hash && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  int size() {
    return size;
  }

  void add(Watcher watcher) {
    WatchSpec spec = watcher.spec();
    RangeGroups groups =
        spec.isPoint()
            ? points.computeIfAbsent(new Key(spec.key()), key -> new RangeGroups())
            : ranges.obtain(spec.key(), end(spec));
    groups.obtain(spec.variant(), this).add(watcher);
    size++;
  }

  /** Removes a watcher that this index contains. */
  void remove(Watcher watcher) {
    WatchGroup group = watcher.group();
    if (group == null || group.index() != this) {
      throw new IllegalStateException("watch index: removal of a watcher that is not in it");
    }
    group.remove(watcher);
    size--;
    if (group.size() == 0) {
      dropGroup(watcher.spec());
    }
  }

  boolean contains(Watcher watcher) {
    WatchGroup group = watcher.group();
    return group != null && group.index() == this;
  }

  /** Hands over every group whose range contains {@code key}. */
  void match(byte[] key, Consumer<WatchGroup> found) {
    RangeGroups point = points.get(new Key(key));
    if (point != null) {
      point.forEach(found);
    }
    ranges.stab(key, groups -> groups.forEach(found));
  }

  /** Whether a watcher's range contains {@code key}. */
  boolean matches(byte[] key) {
    return size > 0 && (points.containsKey(new Key(key)) || ranges.contains(key));
  }

  /** Every watcher, in no particular order; a copy, so that the caller may move them. */
  List<Watcher> members() {
    List<Watcher> all = new ArrayList<>(size);
    Consumer<RangeGroups> collect = groups -> groups.forEach(group -> group.copyTo(all));
    points.values().forEach(collect);
    ranges.forEach(collect);
    return all;
  }

  private void dropGroup(WatchSpec spec) {
    if (spec.isPoint()) {
      Key key = new Key(spec.key());
      RangeGroups groups = points.get(key);
      if (groups != null) {
        groups.drop(spec.variant());
        if (groups.isEmpty()) {
          points.remove(key);
        }
      }
      return;
    }
    RangeGroups groups = ranges.find(spec.key(), end(spec));
    if (groups != null) {
      groups.drop(spec.variant());
      if (groups.isEmpty()) {
        ranges.remove(spec.key(), end(spec));
      }
    }
  }

  private static byte @Nullable [] end(WatchSpec spec) {
    return spec.isFromKey() ? null : spec.rangeEnd();
  }
}
