package dev.keelson.raft.tracker;

/**
 * One follower as its leader sees it. The state machine is drawn in the package documentation.
 *
 * <p>Invariant: {@code match < next}; in {@link ProgressState#REPLICATE} everything in {@code
 * (match, next)} is on the way.
 */
public final class Progress {
  private final Inflights inflights;

  private ProgressState state = ProgressState.PROBE;

  /** The highest index known to be durable in the follower's log; never falls within a term. */
  private long match;

  /** The index of the next entry to send. */
  private long next;

  /** The highest commit index put on the way to the follower in its current state. */
  private long sentCommit;

  /** Index of the snapshot on the way; 0 unless in {@link ProgressState#SNAPSHOT}. */
  private long pendingSnapshot;

  /** Whether appends wait for an answer: a probe is out, or the window is full. */
  private boolean appendsPaused;

  /** Whether the follower was heard from since the last quorum check. */
  private boolean recentlyActive;

  /** The highest read round the follower has confirmed (see {@code ReadIndex}). */
  private long confirmedRound;

  /** A follower that is assumed to agree with nothing yet and is probed from {@code next}. */
  public Progress(long match, long next, Inflights inflights) {
    this.match = match;
    this.next = next;
    this.inflights = inflights;
  }

  /** Starts over in {@link ProgressState#PROBE}, as a new term does. */
  public void reset(long newMatch, long newNext) {
    enter(ProgressState.PROBE);
    match = newMatch;
    next = newNext;
    sentCommit = 0;
    recentlyActive = false;
    confirmedRound = 0;
  }

  private void enter(ProgressState newState) {
    state = newState;
    appendsPaused = false;
    pendingSnapshot = 0;
    inflights.reset();
  }

  /** Goes back to one append at a time, from behind the snapshot if one was on the way. */
  public void becomeProbe() {
    long from = Math.max(match, state == ProgressState.SNAPSHOT ? pendingSnapshot : 0);
    enter(ProgressState.PROBE);
    next = from + 1;
    sentCommit = Math.min(sentCommit, next - 1);
  }

  /** Starts pipelining from the known matching point. */
  public void becomeReplicate() {
    enter(ProgressState.REPLICATE);
    next = match + 1;
    sentCommit = Math.min(sentCommit, next - 1);
  }

  /** Pauses until the snapshot at {@code index} has arrived or failed. */
  public void becomeSnapshot(long index) {
    enter(ProgressState.SNAPSHOT);
    pendingSnapshot = index;
    next = index + 1;
    sentCommit = index;
  }

  /** The snapshot did not arrive: probes from the old matching point once the follower answers. */
  public void snapshotFailed() {
    pendingSnapshot = 0;
    becomeProbe();
    appendsPaused = true;
  }

  /** The snapshot was delivered: probes behind it once the follower answers. */
  public void snapshotDelivered() {
    becomeProbe();
    appendsPaused = true;
  }

  /** Notes an append put on the way. */
  public void sentEntries(int entries, long bytes) {
    switch (state) {
      case REPLICATE -> {
        if (entries > 0) {
          next += entries;
          inflights.add(next - 1, bytes);
        }
        appendsPaused = inflights.isFull();
      }
      case PROBE -> appendsPaused = true;
      case SNAPSHOT ->
          throw new IllegalStateException(
              "append sent while snapshot " + pendingSnapshot + " is on the way");
    }
  }

  /** Notes the commit index put on the way. */
  public void sentCommit(long commit) {
    sentCommit = commit;
  }

  /** Whether telling the follower of {@code commit} would let it commit more than it knows. */
  public boolean canBumpCommit(long commit) {
    return commit > sentCommit && sentCommit < next - 1;
  }

  /**
   * Takes an acknowledgement of everything up to {@code index}.
   *
   * @return whether it is news
   */
  public boolean maybeUpdate(long index) {
    if (index <= match) {
      return false;
    }
    match = index;
    next = Math.max(next, index + 1);
    appendsPaused = false;
    return true;
  }

  /**
   * Takes the rejection of an append that began behind {@code rejected} (Raft §5.3).
   *
   * @param hint an index at or below which the logs may agree
   * @return false if the rejection is out of date and changes nothing
   */
  public boolean maybeDecrement(long rejected, long hint) {
    if (state == ProgressState.REPLICATE) {
      if (rejected <= match) {
        return false;
      }
      next = match + 1;
      sentCommit = Math.min(sentCommit, next - 1);
      return true;
    }
    if (next - 1 != rejected) {
      return false;
    }
    next = Math.max(Math.min(rejected, hint + 1), match + 1);
    sentCommit = Math.min(sentCommit, next - 1);
    appendsPaused = false;
    return true;
  }

  /** Whether no append may be sent now. */
  public boolean isPaused() {
    return state == ProgressState.SNAPSHOT || appendsPaused;
  }

  /** Lets one append pass, so that a lost answer is asked for again. */
  public void resume() {
    appendsPaused = false;
  }

  /** Frees the window up to an acknowledged index. */
  public void freeInflightsUpTo(long index) {
    inflights.freeUpTo(index);
  }

  /** Whether the window takes no more entries. */
  public boolean isWindowFull() {
    return state == ProgressState.REPLICATE && inflights.isFull();
  }

  /** Notes that the follower is alive, or begins a new observation period. */
  public void recentlyActive(boolean active) {
    recentlyActive = active;
  }

  /** Notes that the follower answered the heartbeat of a read round. */
  public void confirmRound(long round) {
    confirmedRound = Math.max(confirmedRound, round);
  }

  public ProgressState state() {
    return state;
  }

  public long match() {
    return match;
  }

  public long next() {
    return next;
  }

  public long pendingSnapshot() {
    return pendingSnapshot;
  }

  public boolean recentlyActive() {
    return recentlyActive;
  }

  public long confirmedRound() {
    return confirmedRound;
  }

  public int inflightMessages() {
    return inflights.count();
  }

  public long inflightBytes() {
    return inflights.bytes();
  }
}
