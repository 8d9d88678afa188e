package dev.keelson.node.loop;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The raft log on disk, as the log writer sees it. One thread writes. A failure is final: the
 * member stops.
 */
public interface DurableLog extends AutoCloseable {
  /**
   * Durable when this returns: one write and one sync for everything.
   *
   * @param hardState the newest state, null if it has not changed
   * @param entries to append, replacing what the log has from the first one's index on
   */
  void appendAndSync(@Nullable HardState hardState, List<Entry> entries) throws IOException;

  /**
   * Records that the state machine has durably reached {@code index}: replay need not go back
   * beyond it.
   */
  void markSnapshot(long index, long term, ConfState confState) throws IOException;

  /** Removes what lies wholly before {@code index}. */
  void releaseBefore(long index) throws IOException;

  @Override
  void close() throws IOException;
}
