package dev.keelson.node.compaction;

import java.time.Duration;

/** How much history is kept without anybody asking. */
public sealed interface CompactionPolicy {
  /** Everything is kept until somebody compacts. */
  record Off() implements CompactionPolicy {}

  /**
   * History of a length of time is kept.
   *
   * @param retention above zero
   */
  record Periodic(Duration retention) implements CompactionPolicy {}

  /**
   * A number of revisions is kept.
   *
   * @param revisions above zero
   */
  record ByRevision(long revisions) implements CompactionPolicy {}
}
