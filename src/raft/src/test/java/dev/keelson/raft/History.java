package dev.keelson.raft;

import java.util.HashMap;
import java.util.Map;

/** What the state machines of a cluster have passed through: the same for all of them. */
final class History {
  private final Map<Long, Member.Applied> states = new HashMap<>();

  /** State machine safety (Raft figure 3): nobody applies anything else at the same index. */
  void record(Member.Applied state) {
    Member.Applied known = states.putIfAbsent(state.index(), state);
    if (known != null && !known.equals(state)) {
      throw new AssertionError("applied " + state + " where another member applied " + known);
    }
  }

  /** The contents of a snapshot at {@code index}. */
  Member.Applied at(long index) {
    Member.Applied state = states.get(index);
    if (state == null) {
      throw new AssertionError("snapshot at " + index + ", which nobody has applied");
    }
    return state;
  }
}
