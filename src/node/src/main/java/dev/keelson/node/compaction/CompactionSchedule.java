package dev.keelson.node.compaction;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Decides when to compact to which revision, as etcd does; a caller with a clock asks it at every
 * {@link #interval}. It knows no clock itself. For one thread.
 */
interface CompactionSchedule {
  /** How often {@link #due} is to be asked. */
  Duration interval();

  /**
   * An interval has passed.
   *
   * @param nowNanos the time, on a monotonic clock
   * @param revision the store's newest revision
   * @param leader whether this member may propose; others only keep their books
   * @return the revision to compact to now, if any
   */
  OptionalLong due(long nowNanos, long revision, boolean leader);

  /** The store is compacted to a revision that {@link #due} gave. */
  void done(long nowNanos, long revision);
}
