package dev.keelson.raft;

import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * Reads that wait for proof that this member still leads (dissertation §6.4).
 *
 * <p>A round is one exchange of heartbeats; when a quorum has answered it, every read that came
 * before the round began is confirmed. Reads that come while a round is under way wait for the next
 * one, so that there is one exchange at a time however many reads there are. Rounds are numbered
 * within a term; a new term forgets them all.
 */
final class ReadQueue {
  /**
   * A read that waits.
   *
   * @param from the member that asked
   * @param index the commit index when it asked
   * @param round the round that confirms it
   */
  record PendingRead(long from, long requestId, long index, long round) {}

  /** A read that came before the leader knew what is committed (dissertation §6.4, step 1). */
  private record EarlyRead(long from, long requestId) {}

  private final ArrayDeque<EarlyRead> early = new ArrayDeque<>();
  private final ArrayDeque<PendingRead> pending = new ArrayDeque<>();

  /** The last round begun. */
  private long round;

  /** Whether {@link #round} waits for answers. */
  private boolean underWay;

  void clear() {
    early.clear();
    pending.clear();
    round = 0;
    underWay = false;
  }

  /** Keeps a read until the leader has committed an entry of its term. */
  void postpone(long from, long requestId) {
    early.add(new EarlyRead(from, requestId));
  }

  /** The leader knows what is committed: all reads that were postponed begin to wait. */
  void admitPostponed(long commit) {
    for (EarlyRead read; (read = early.poll()) != null; ) {
      add(read.from(), read.requestId(), commit);
    }
  }

  /** Queues a read at the present commit index for the next round. */
  void add(long from, long requestId, long commit) {
    pending.add(new PendingRead(from, requestId, commit, round + 1));
  }

  /** The round heartbeats carry: the last one begun; 0 before the first. */
  long round() {
    return round;
  }

  /** Whether a round should begin now. */
  boolean wantsRound() {
    return !underWay && !pending.isEmpty();
  }

  /** Whether reads wait for a round that has not begun. */
  boolean hasReadsForNextRound() {
    return !pending.isEmpty() && pending.getLast().round() > round;
  }

  /** Begins the next round; the caller sends the heartbeats. */
  void beginRound() {
    round++;
    underWay = true;
  }

  /** Releases the reads of rounds up to {@code confirmed}. */
  void release(long confirmed, Consumer<PendingRead> answer) {
    while (!pending.isEmpty() && pending.getFirst().round() <= confirmed) {
      answer.accept(pending.removeFirst());
    }
    if (confirmed >= round) {
      underWay = false;
    }
  }
}
