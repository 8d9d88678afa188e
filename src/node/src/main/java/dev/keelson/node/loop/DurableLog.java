package dev.keelson.node.loop;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The raft log on disk. One thread writes; the node loop reads back what it no longer has in
 * memory. A failure is final: the member stops.
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

  /**
   * Replaces the log by a snapshot that the state machine durably holds.
   *
   * @param hardState the newest state, null if it has not changed
   */
  void install(SnapshotMetadata snapshot, @Nullable HardState hardState) throws IOException;

  /** Removes what lies wholly before {@code index}. */
  void releaseBefore(long index) throws IOException;

  /** The index of the oldest entry that can be read back. Thread-safe. */
  long firstIndex();

  /** The term of an entry that can be read back. Thread-safe. */
  long term(long index);

  /**
   * Reads entries back, as many as fit in {@code maxBytes} but at least one. Thread-safe.
   *
   * @param to exclusive
   */
  List<Entry> read(long from, long to, long maxBytes);

  @Override
  void close() throws IOException;
}
