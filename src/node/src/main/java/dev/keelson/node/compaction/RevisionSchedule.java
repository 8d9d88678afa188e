package dev.keelson.node.compaction;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Keeps a number of revisions (etcd's {@code revision} mode): every five minutes it compacts to the
 * newest revision less that number.
 */
final class RevisionSchedule implements CompactionSchedule {
  private static final Duration INTERVAL = Duration.ofMinutes(5);

  private final long kept;
  private long lastRevision;

  /**
   * Begins.
   *
   * @param kept revisions that stay
   */
  RevisionSchedule(long kept) {
    this.kept = kept;
  }

  @Override
  public Duration interval() {
    return INTERVAL;
  }

  @Override
  public OptionalLong due(long nowNanos, long revision, boolean leader) {
    long target = revision - kept;
    return leader && target > 0 && target != lastRevision
        ? OptionalLong.of(target)
        : OptionalLong.empty();
  }

  @Override
  public void done(long nowNanos, long revision) {
    lastRevision = revision;
  }
}
