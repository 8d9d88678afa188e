package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfState;
import java.util.List;

/**
 * The stable part of a member's log: what was handed out in {@link Ready}s and has since become
 * durable. Called from the thread that drives {@link Raft}, and must not change during a call.
 * {@link MemoryLog} implements it.
 */
public interface LogStorage {
  /** The durable hard state; read once, at the start. */
  HardState hardState();

  /** The configuration as of the applied index; read once, at the start. */
  ConfState confState();

  /** The first index whose entry is available; 1 for a log that never was compacted. */
  long firstIndex();

  /** The last index; {@code firstIndex() - 1} if there is no entry. */
  long lastIndex();

  /**
   * The term of the entry at {@code index}, from {@code firstIndex() - 1} to {@code lastIndex()}.
   *
   * @throws CompactedException below that range
   * @throws IndexOutOfBoundsException above it
   */
  long term(long index);

  /**
   * The entries in {@code [lo, hi)}, cut before {@code maxBytes} ({@link Entry#sizeBytes}) are
   * passed, but at least one. The list stays as it is when the log changes.
   *
   * @throws CompactedException if {@code lo} is below the first index
   * @throws IndexOutOfBoundsException if {@code hi} is above {@code lastIndex() + 1}
   */
  List<Entry> entries(long lo, long hi, long maxBytes);

  /**
   * The newest snapshot that can be sent to a follower; {@link SnapshotMetadata#NONE} while there
   * is none, in which case it is asked for again later.
   */
  SnapshotMetadata snapshot();
}
