package dev.keelson.kv.watch;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The watchers of one range, apart by filters and prev_kv. */
final class RangeGroups {
  private static final int VARIANTS = 8;

  private final @Nullable WatchGroup[] groups = new WatchGroup[VARIANTS];

  WatchGroup obtain(int variant, WatcherIndex index) {
    WatchGroup group = groups[variant];
    if (group == null) {
      group = new WatchGroup(index);
      groups[variant] = group;
    }
    return group;
  }

  void drop(int variant) {
    groups[variant] = null;
  }

  boolean isEmpty() {
    for (WatchGroup group : groups) {
      if (group != null) {
        return false;
      }
    }
    return true;
  }

  void forEach(Consumer<WatchGroup> action) {
    for (WatchGroup group : groups) {
      if (group != null) {
        action.accept(group);
      }
    }
  }
}
