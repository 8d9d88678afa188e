package dev.keelson.node.compaction;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.OptionalLong;

/**
 * Keeps the history of a length of time (etcd's {@code periodic} mode). It notes the newest
 * revision ten times in the retention, or in an hour if that is less, and compacts to the one noted
 * a retention ago: first when a whole retention has passed since the start, then every retention or
 * every hour.
 */
final class PeriodicSchedule implements CompactionSchedule {
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int NOTES_PER_PERIOD = 10;

  private final Duration period;
  private final Duration interval;
  private final int notesMax;
  private final ArrayDeque<Long> notes = new ArrayDeque<>();
  private Duration pause;
  private long lastDoneNanos;
  private long lastRevision;

  /**
   * Begins.
   *
   * @param retention above zero
   */
  PeriodicSchedule(Duration retention, long nowNanos, long revision) {
    period = retention.compareTo(LONGEST) < 0 ? retention : LONGEST;
    interval = period.dividedBy(NOTES_PER_PERIOD);
    notesMax = Math.toIntExact(retention.dividedBy(interval)) + 1;
    pause = retention;
    lastDoneNanos = nowNanos;
    notes.add(revision);
  }

  @Override
  public Duration interval() {
    return interval;
  }

  @Override
  public OptionalLong due(long nowNanos, long revision, boolean leader) {
    long oldest = notes.getFirst();
    notes.add(revision);
    if (notes.size() > notesMax) {
      notes.removeFirst();
    }
    if (!leader || nowNanos - lastDoneNanos < pause.toNanos() || oldest == lastRevision) {
      return OptionalLong.empty();
    }
    pause = period;
    return OptionalLong.of(oldest);
  }

  @Override
  public void done(long nowNanos, long revision) {
    lastDoneNanos = nowNanos;
    lastRevision = revision;
  }
}
