package dev.keelson.storage.backend.memory;

import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Snapshot;
import org.jspecify.annotations.Nullable;

/** Holds on to a {@link State}. */
final class MemorySnapshot implements Snapshot {
  private volatile @Nullable State state;

  MemorySnapshot(State state) {
    this.state = state;
  }

  @Override
  public byte @Nullable [] get(Family family, byte[] key) {
    return open().get(family, key);
  }

  @Override
  public Cursor ascending(Family family, byte[] from, byte @Nullable [] to) {
    return open().ascending(family, from, to);
  }

  @Override
  public Cursor descending(Family family, byte[] from, byte @Nullable [] to) {
    return open().descending(family, from, to);
  }

  @Override
  public void close() {
    state = null;
  }

  private State open() {
    State open = state;
    if (open == null) {
      throw new IllegalStateException("the snapshot is closed");
    }
    return open;
  }
}
