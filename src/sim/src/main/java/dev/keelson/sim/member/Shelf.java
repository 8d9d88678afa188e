package dev.keelson.sim.member;

import dev.keelson.storage.backend.Snapshot;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Where checkpoints lie on their way from one host to another. */
public final class Shelf {
  private final Map<Path, Snapshot> checkpoints = new HashMap<>();

  void put(Path path, Snapshot state) {
    checkpoints.put(path, state);
  }

  Snapshot get(Path path) {
    Snapshot state = checkpoints.get(path);
    if (state == null) {
      throw new IllegalStateException("no checkpoint at " + path);
    }
    return state;
  }

  Snapshot take(Path path) {
    Snapshot state = get(path);
    checkpoints.remove(path);
    return state;
  }
}
