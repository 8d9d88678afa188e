package dev.keelson.node.loop;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.Message;
import dev.keelson.raft.ProposalDroppedException;
import dev.keelson.raft.Raft;
import dev.keelson.raft.ReadState;
import dev.keelson.raft.Ready;
import dev.keelson.raft.Role;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.Status;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Owns consensus: feeds it ticks, messages and proposals, and carries out what it wants done. Each
 * {@link #turn} takes everything that has arrived, so that one round of appends and messages serves
 * many requests.
 *
 * <p>It runs on one thread, or in the virtual time of a simulation; it never blocks and knows no
 * clock.
 */
public final class NodeLoop {
  private static final int BATCH_COUNT = 1024;
  private static final long BATCH_BYTES = 1 << 20;

  private final Raft raft;
  private final LogCache cache;
  private final Ports ports;
  private final Proposals proposals;
  private final ReadBarrier barrier;
  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Ready> appending = new ArrayDeque<>();
  private @Nullable HardState unwritten;
  private SoftState soft = new SoftState(0, Role.FOLLOWER);
  private long soleVoterTerm;
  private long applied;
  private volatile Status status;

  /** What the loop hands work to. None of them may block. */
  public interface Ports {
    /** Makes entries and state durable, then calls {@link NodeLoop#appended}, in order. */
    void append(long sequence, @Nullable HardState hardState, List<Entry> entries);

    /** Applies committed entries, in order; then calls {@link NodeLoop#applied}. */
    void apply(List<Entry> entries);

    /** Sends messages to other members; may lose them. */
    void send(List<Message> messages);

    /** The leader or this member's role changed. */
    void roleChanged(SoftState state, long term);
  }

  /**
   * Creates the loop around a consensus core that has just been built.
   *
   * @param log the storage that {@code raft} was built with
   * @param cacheEntriesMax entries kept in memory behind the applied index
   * @param cacheBytesMax bytes kept in memory behind the applied index
   */
  public NodeLoop(
      Raft raft,
      MemoryLog log,
      Ports ports,
      Proposals proposals,
      ReadBarrier barrier,
      long cacheEntriesMax,
      long cacheBytesMax) {
    this.raft = raft;
    this.ports = ports;
    this.proposals = proposals;
    this.barrier = barrier;
    this.cache = new LogCache(log, cacheEntriesMax, cacheBytesMax);
    this.status = raft.status();
    this.applied = status.applied();
  }

  /** Runs something on the loop, in order of arrival. Thread-safe; the caller wakes the loop. */
  public void submit(Runnable task) {
    inbox.add(task);
  }

  /** A tick of the logical clock: one heartbeat interval has passed. Loop only. */
  public void tick() {
    raft.tick();
    barrier.tick(this::askReadIndex);
    proposals.expire();
  }

  /**
   * Stands for election at once if this member is the only one: there is no leader to wait for. As
   * long as a membership entry waits to be applied this does nothing; it is tried again then. Loop
   * only.
   */
  public void campaignIfAlone() {
    if (soft.role() == Role.FOLLOWER && soft.leader() == 0) {
      Status now = raft.status();
      if (now.confState().members().equals(List.of(now.id()))) {
        raft.campaign();
      }
    }
  }

  /** An append is durable. Loop only. */
  public void appended(long sequence) {
    Ready ready = appending.remove();
    if (ready.sequence() != sequence) {
      throw new IllegalStateException(
          "append " + sequence + " acknowledged before " + ready.sequence());
    }
    cache.append(ready.entries());
    if (ready.hardState() != null) {
      cache.setHardState(ready.hardState());
    }
    raft.appended(sequence);
    ports.send(ready.messagesAfterAppend());
  }

  /**
   * The state machine has got to {@code index}. Loop only.
   *
   * @param term the term of that entry
   */
  public void applied(long index, long term) {
    applied = index;
    raft.applied(index);
    campaignIfAlone();
    cache.trim(index);
    if (term == status.term() && status.role() == Role.LEADER) {
      soleVoterTerm = term;
    }
    barrier.applied(index);
  }

  /** Carries out a membership change that is being applied. Loop only. */
  public ConfState applyConfChange(ConfChange change) throws ConfChangeException {
    return raft.applyConfChange(change);
  }

  /** A picture of consensus as of the last turn. Thread-safe. */
  public Status status() {
    return status;
  }

  /** The leader as of the last turn; 0 if none is known. Thread-safe. */
  public long leader() {
    return status.leader();
  }

  /**
   * Takes in everything that has arrived and hands out everything that follows.
   *
   * @return whether there is more to do at once
   */
  public boolean turn() {
    for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
      task.run();
    }
    proposeQueued();
    barrier.send(this::askReadIndex);
    while (raft.hasReady()) {
      carryOut(raft.ready());
    }
    status = raft.status();
    barrier.soleVoter(
        status.role() == Role.LEADER
            && soleVoterTerm == status.term()
            && status.confState().members().size() == 1);
    return !inbox.isEmpty() || (!proposals.isEmpty() && soft.leader() != 0);
  }

  private boolean askReadIndex(long id) {
    return raft.readIndex(id);
  }

  private void proposeQueued() {
    if (proposals.isEmpty() || soft.leader() == 0) {
      return;
    }
    List<Pending> batch = proposals.take(BATCH_COUNT, BATCH_BYTES);
    List<byte[]> payloads = new ArrayList<>(batch.size());
    for (Pending each : batch) {
      payloads.add(each.data());
    }
    if (payloads.isEmpty()) {
      return;
    }
    try {
      raft.propose(payloads);
    } catch (ProposalDroppedException e) {
      // certainly not taken: they wait for a leader, until their time is over
      proposals.putBack(batch);
    }
  }

  private void carryOut(Ready ready) {
    SoftState changed = ready.softState();
    if (changed != null) {
      soft = changed;
      soleVoterTerm = 0;
      barrier.soleVoter(false);
      barrier.leaderChanged();
      ports.roleChanged(changed, raft.status().term());
    }
    ports.send(ready.messages());
    if (ready.hardState() != null) {
      unwritten = ready.hardState();
    }
    if (ready.needsAppend()) {
      appending.add(ready);
      if (ready.mustSync() || !ready.entries().isEmpty()) {
        ports.append(ready.sequence(), unwritten, ready.entries());
        unwritten = null;
      } else {
        // only the commit index moved, or nothing: it goes to disk with the next append; order is
        // kept by
        // sending it through the same queue
        ports.append(ready.sequence(), null, List.of());
      }
    }
    if (!ready.committedEntries().isEmpty()) {
      ports.apply(ready.committedEntries());
    }
    for (ReadState read : ready.readStates()) {
      barrier.confirmed(read.requestId(), read.index(), applied);
    }
  }

  /**
   * The newest hard state that no append has carried to disk yet; null if there is none. Loop only.
   */
  public @Nullable HardState unwritten() {
    return unwritten;
  }
}
