package dev.keelson.node.loop;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.InvalidMessageException;
import dev.keelson.raft.Message;
import dev.keelson.raft.ProposalDroppedException;
import dev.keelson.raft.Raft;
import dev.keelson.raft.ReadState;
import dev.keelson.raft.Ready;
import dev.keelson.raft.Role;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.Status;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns consensus: feeds it ticks, messages and proposals, and carries out what it wants done. Each
 * {@link #turn} takes everything that has arrived, so that one round of appends and messages serves
 * many requests.
 *
 * <p>It runs on one thread, or in the virtual time of a simulation; it never waits for anything and
 * knows no clock. {@link #submit}, {@link #standing} and {@link #status} are thread-safe, the rest
 * is for tasks that were submitted.
 */
public final class NodeLoop {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);
  private static final int BATCH_COUNT = 1024;
  private static final long BATCH_BYTES = 1 << 20;

  private final Raft raft;
  private final NodeLog log;
  private final Ports ports;
  private final Proposals proposals;
  private final MembershipProposals changes;
  private final ReadBarrier barrier;
  private final CommitTime time;
  private final Relay relay;
  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Ready> appending = new ArrayDeque<>();
  private @Nullable HardState unwritten;
  private long lastLeader;

  /** The term in which this member leads and has applied an entry of its own; 0 for none. */
  private long leadsTerm;

  private long applied;

  /** Proposals were refused for now: waiting for the next event instead of trying at once. */
  private boolean refused;

  private volatile Standing standing;
  private volatile Status status;

  /** What the loop hands work to. None of them may block. */
  public interface Ports {
    /** Makes entries and state durable, then calls {@link NodeLoop#appended}, in order. */
    void append(long sequence, @Nullable HardState hardState, List<Entry> entries);

    /**
     * Replaces log and state machine by a snapshot that has arrived, behind all appends before it,
     * and appends {@code entries}; then calls {@link NodeLoop#appended}. What was handed out to be
     * applied before may be applied or left out.
     */
    void install(
        long sequence,
        @Nullable HardState hardState,
        SnapshotMetadata snapshot,
        List<Entry> entries);

    /** Applies committed entries, in order; then calls {@link NodeLoop#applied}. */
    void apply(List<Entry> entries);

    /** Sends messages to other members; may lose them. */
    void send(List<Message> messages);

    /** The leader or this member's role changed. */
    void roleChanged(SoftState state, long term);

    /**
     * This member leads, and its state machine has got to the first entry of its own term: what
     * earlier leaders have left in the log has taken effect, or never will (Raft §5.4.2, §8). Once
     * for each term of leading, after {@link #roleChanged}.
     */
    void leads(long term);
  }

  /**
   * Creates the loop around a consensus core that has just been built.
   *
   * @param log the storage that {@code raft} was built with
   * @param wallMillis the time that entries are stamped with; may jump
   */
  public NodeLoop(
      Raft raft,
      NodeLog log,
      Ports ports,
      Proposals proposals,
      MembershipProposals changes,
      ReadBarrier barrier,
      LongSupplier wallMillis) {
    this.raft = raft;
    this.log = log;
    this.ports = ports;
    this.proposals = proposals;
    this.changes = changes;
    this.barrier = barrier;
    time = new CommitTime(wallMillis);
    relay = new Relay(time);
    status = raft.status();
    standing = standingNow();
    applied = status.applied();
    if (applied > 0) {
      // a follower may need a snapshot before anything more can be committed, and so applied, here
      log.applied(applied, log.term(applied), raft.confState());
    }
  }

  /** Runs something on the loop, in order of arrival. Thread-safe; the caller wakes the loop. */
  public void submit(Runnable task) {
    inbox.add(task);
  }

  /** A tick of the logical clock: one heartbeat interval has passed. */
  public void tick() {
    raft.tick();
    barrier.tick(this::askReadIndex);
    proposals.expire();
    status = raft.status();
  }

  /** Messages of another member, in order. */
  public void received(List<Message> messages) {
    for (Message message : messages) {
      if (message instanceof Message.ForwardedProposal forwarded && raft.transferee() != 0) {
        relay.hold(forwarded);
        continue;
      }
      try {
        raft.step(
            message instanceof Message.ForwardedProposal forwarded && raft.isLeader()
                ? time.stamp(forwarded, raft.term())
                : message);
      } catch (InvalidMessageException e) {
        LOG.atWarn()
            .addKeyValue("from", Long.toHexString(message.from()))
            .addKeyValue("error", e.getMessage())
            .log("dropped a message that no correct member sends");
      }
    }
  }

  /** A message to that member was dropped. */
  public void unreachable(long member) {
    raft.reportUnreachable(member);
  }

  /** That member's process has ended, as far as can be told. */
  public void gone(long member) {
    raft.reportGone(member);
  }

  /** A snapshot to that member has ended. */
  public void snapshotSent(long member, boolean success) {
    raft.reportSnapshot(member, success);
  }

  /** Hands leadership over, if this member leads and {@code to} can take it. */
  public void transferLeadership(long to) {
    raft.transferLeadership(to);
  }

  /**
   * Stands for election at once if this member is the only one: there is no leader to wait for. As
   * long as a membership entry waits to be applied this does nothing; it is tried again then.
   */
  public void campaignIfAlone() {
    if (raft.role() == Role.FOLLOWER
        && raft.leader() == 0
        && raft.confState().members().equals(List.of(status.id()))) {
      raft.campaign();
    }
  }

  /** All appends up to this one are durable. */
  public void appended(long sequence) {
    Ready last = null;
    while (!appending.isEmpty() && appending.getFirst().sequence() <= sequence) {
      last = appending.removeFirst();
      SnapshotMetadata snapshot = last.snapshot();
      if (snapshot != null) {
        log.installed(snapshot);
        applied = Math.max(applied, snapshot.index());
        barrier.applied(applied);
      }
      log.append(last.entries());
      HardState state = last.hardState();
      if (state != null) {
        log.setHardState(state);
      }
      raft.appended(last.sequence());
      send(last.messagesAfterAppend());
    }
    if (last == null || last.sequence() != sequence) {
      throw new IllegalStateException("append " + sequence + " acknowledged, but never asked for");
    }
  }

  /**
   * The state machine has got to {@code index}.
   *
   * @param term the term of that entry
   */
  public void applied(long index, long term) {
    if (index <= applied) {
      return; // a snapshot has overtaken it
    }
    applied = index;
    raft.applied(index);
    log.applied(index, term, raft.confState());
    campaignIfAlone();
    if (term == raft.term()) {
      proposals.termReached(term);
      if (raft.isLeader() && leadsTerm != term) {
        leadsTerm = term;
        // before reads are let go: they may ask for what a leader alone knows
        ports.leads(term);
      }
    }
    barrier.applied(index);
  }

  /**
   * Says from where on the log must be kept if the state machine is durable up to {@code index};
   * from now on nothing below is read any more. Nothing is let go while a snapshot replaces the
   * log: on the disk it may have done so already.
   *
   * @param keep how many entries behind it to keep for slow followers
   */
  public long release(long index, long keep) {
    if (appending.stream().anyMatch(ready -> ready.snapshot() != null)) {
      return log.firstIndex();
    }
    long from = Math.max(1, index - keep);
    if (raft.isLeader()) {
      for (Status.PeerStatus follower : raft.status().progress().values()) {
        if (follower.pendingSnapshot() != 0) {
          // when the snapshot has arrived, the entries behind it are wanted
          from = Math.min(from, follower.pendingSnapshot() + 1);
        }
      }
    }
    log.release(from);
    return Math.min(from, log.firstIndex());
  }

  /** Carries out a membership change that is being applied. */
  public ConfState applyConfChange(ConfChange change) throws ConfChangeException {
    return raft.applyConfChange(change);
  }

  /** A full picture of consensus right now. */
  public Status statusNow() {
    return raft.status();
  }

  /** A full picture of consensus, at most a tick old. Thread-safe. */
  public Status status() {
    return status;
  }

  /** Where this member stands; never behind what has been handed out to be applied. Thread-safe. */
  public Standing standing() {
    return standing;
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
    refused = false;
    proposeQueued();
    changes.send(raft::proposeConfChange);
    if (raft.transferee() == 0) {
      relay.release(raft, ports);
    }
    barrier.send(this::askReadIndex);
    while (raft.hasReady()) {
      carryOut(raft.ready());
    }
    publish();
    return !inbox.isEmpty() || (!refused && !proposals.isEmpty() && raft.leader() != 0);
  }

  private void publish() {
    Standing before = standing;
    if (before.term() != raft.term()
        || before.leader() != raft.leader()
        || before.role() != raft.role()
        || before.commit() != raft.committed()
        || before.transferee() != raft.transferee()
        || !before.confState().equals(raft.confState())) {
      standing = standingNow();
    }
    barrier.soleVoter(
        raft.isLeader() && leadsTerm == raft.term() && raft.confState().members().size() == 1);
  }

  private Standing standingNow() {
    return new Standing(
        raft.term(),
        raft.leader(),
        raft.role(),
        raft.committed(),
        raft.transferee(),
        raft.confState());
  }

  private long askReadIndex(long id) {
    return raft.readIndex(id) ? raft.leader() : 0;
  }

  private void proposeQueued() {
    if (proposals.isEmpty() || raft.leader() == 0) {
      return;
    }
    List<Pending> batch =
        proposals.take(BATCH_COUNT, BATCH_BYTES, raft.isLeader() ? raft.term() : 0);
    if (batch.isEmpty()) {
      return;
    }
    List<byte[]> payloads = new ArrayList<>(batch.size());
    for (Pending each : batch) {
      payloads.add(each.data());
    }
    if (raft.isLeader()) {
      time.stamp(payloads, raft.term());
    }
    try {
      raft.propose(payloads);
      batch.forEach(each -> each.proposedIn(raft.term()));
    } catch (ProposalDroppedException e) {
      // certainly not taken: they wait for a leader, until their time is over
      proposals.putBack(batch);
      refused = true;
    }
  }

  private void send(List<Message> messages) {
    if (!messages.isEmpty()) {
      ports.send(messages);
    }
  }

  private void carryOut(Ready ready) {
    SoftState changed = ready.softState();
    if (changed != null) {
      leadsTerm = 0;
      barrier.soleVoter(false);
      if (changed.leader() != 0 && changed.leader() != lastLeader) {
        barrier.leaderChanged(changed.leader());
        proposals.leaderElected();
        lastLeader = changed.leader();
      }
      status = raft.status();
    }
    // before anything is handed out: whoever is answered must not find an older picture
    publish();
    if (changed != null) {
      ports.roleChanged(changed, raft.term());
    }
    send(ready.messages());
    if (ready.hardState() != null) {
      unwritten = ready.hardState();
    }
    if (ready.needsAppend()) {
      write(ready);
    }
    if (!ready.committedEntries().isEmpty()) {
      ports.apply(ready.committedEntries());
    }
    for (ReadState read : ready.readStates()) {
      barrier.confirmed(read.requestId(), read.index(), applied);
    }
  }

  private void write(Ready ready) {
    appending.add(ready);
    SnapshotMetadata snapshot = ready.snapshot();
    if (snapshot != null) {
      ports.install(ready.sequence(), unwritten, snapshot, ready.entries());
      unwritten = null;
    } else if (ready.mustSync() || !ready.entries().isEmpty()) {
      ports.append(ready.sequence(), unwritten, ready.entries());
      unwritten = null;
    } else {
      // only the commit index moved, or nothing: it goes to disk with the next append; order is
      // kept by sending it through the same queue
      ports.append(ready.sequence(), null, List.of());
    }
  }

  /**
   * The newest hard state that no append has carried to disk yet; null if there is none. After the
   * loop has ended.
   */
  public @Nullable HardState unwritten() {
    return unwritten;
  }
}
