package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.raft.tracker.Progress;
import dev.keelson.raft.tracker.ProgressState;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * One member of a Raft cluster, as a value that is told what happens and says what to do. The
 * package documentation is its manual.
 *
 * <p>Not thread-safe: one thread calls it, and no call blocks. The same calls with the same
 * generator give the same results.
 */
public final class Raft {
  private final RaftState state;
  private final Roles roles;
  private final Replication replication;
  private final Reads reads;
  private final Proposals proposals;
  private final Elections elections;
  private final Membership membership;
  private final ReadyBuilder readies;

  private final MessageValidator validator;
  private final TermGate termGate;
  private final ElectionTimer electionTimer;
  private final LeaderTimer leaderTimer;

  private final AppendRequestHandler appendRequest;
  private final AppendResponseHandler appendResponse;
  private final VoteRequestHandler voteRequest;
  private final VoteResponseHandler voteResponse;
  private final HeartbeatHandler heartbeat;
  private final HeartbeatResponseHandler heartbeatResponse;
  private final InstallSnapshotHandler installSnapshot;
  private final TimeoutNowHandler timeoutNow;
  private final ReadIndexRequestHandler readIndexRequest;
  private final ReadIndexResponseHandler readIndexResponse;
  private final ForwardedProposalHandler forwardedProposal;
  private final TransferLeaderHandler transferLeader;

  /**
   * Starts, or restarts, a member as a follower.
   *
   * @param storage what is durable; its configuration must be the one as of {@link
   *     RaftConfig#appliedIndex}
   * @param random draws the election timeouts; members should not share their seed
   * @throws IllegalArgumentException if the commit or applied index does not fit the log
   */
  public Raft(RaftConfig config, LogStorage storage, RandomGenerator random) {
    HardState durable = storage.hardState();
    RaftLog log = new RaftLog(storage, durable.commit(), config.appliedIndex());
    state = new RaftState(config, log, random);
    // A torn batch may have left entries without the hard state of their term. Nobody was told of a
    // vote in that term, so there is none; and in an older one nobody would listen to this member.
    state.term = Math.max(durable.term(), log.lastTerm());
    state.vote = state.term == durable.term() ? durable.vote() : 0;

    roles = new Roles(state);
    replication = new Replication(state);
    reads = new Reads(state, replication);
    proposals = new Proposals(state, replication);
    elections = new Elections(state, roles, proposals, replication);
    membership = new Membership(state, roles, replication, proposals, reads);
    membership.restore(storage.confState());
    roles.becomeFollower(state.term, 0);
    readies = new ReadyBuilder(state, reads, durable);

    validator = new MessageValidator(state);
    termGate = new TermGate(state, roles);
    electionTimer = new ElectionTimer(state, elections);
    leaderTimer = new LeaderTimer(state, roles, replication, membership, reads);

    appendRequest = new AppendRequestHandler(state, roles);
    appendResponse = new AppendResponseHandler(state, replication, reads);
    voteRequest = new VoteRequestHandler(state);
    voteResponse = new VoteResponseHandler(state, elections);
    heartbeat = new HeartbeatHandler(state, roles);
    heartbeatResponse = new HeartbeatResponseHandler(state, replication, reads);
    installSnapshot = new InstallSnapshotHandler(state, roles);
    timeoutNow = new TimeoutNowHandler(state, elections);
    readIndexRequest = new ReadIndexRequestHandler(state, reads);
    readIndexResponse = new ReadIndexResponseHandler(state);
    forwardedProposal = new ForwardedProposalHandler(state, proposals);
    transferLeader = new TransferLeaderHandler(state, membership);
  }

  /** Lets one tick of time pass. */
  public void tick() {
    if (state.isLeader()) {
      leaderTimer.tick();
    } else {
      electionTimer.tick();
    }
  }

  /**
   * Takes a message of another member.
   *
   * @throws InvalidMessageException if no correct member sends it; it has had no effect
   */
  public void step(Message message) throws InvalidMessageException {
    validator.check(message);
    if (!termGate.admit(message)) {
      return;
    }
    switch (message) {
      case Message.AppendRequest m -> appendRequest.handle(m);
      case Message.AppendResponse m -> appendResponse.handle(m);
      case Message.VoteRequest m -> voteRequest.handle(m);
      case Message.VoteResponse m -> voteResponse.handle(m);
      case Message.Heartbeat m -> heartbeat.handle(m);
      case Message.HeartbeatResponse m -> heartbeatResponse.handle(m);
      case Message.InstallSnapshot m -> installSnapshot.handle(m);
      case Message.TimeoutNow m -> timeoutNow.handle(m);
      case Message.ReadIndexRequest m -> readIndexRequest.handle(m);
      case Message.ReadIndexResponse m -> readIndexResponse.handle(m);
      case Message.ForwardedProposal m -> forwardedProposal.handle(m);
      case Message.TransferLeader m -> transferLeader.handle(m);
    }
  }

  /**
   * Proposes entries, in order and as one batch. Whether they are committed shows in {@link
   * Ready#committedEntries} only. A follower sends them on to its leader, where they may be lost.
   *
   * @param payloads one per entry; neither the list's elements nor the bytes may change afterwards
   * @throws ProposalDroppedException if none of them was taken
   */
  public void propose(List<byte[]> payloads) throws ProposalDroppedException {
    proposals.propose(payloads);
  }

  /**
   * Proposes a membership change. If the leader has one that is not applied yet, or the change does
   * not fit the configuration, an empty entry is committed in its place.
   *
   * @throws ProposalDroppedException as {@link #propose}
   */
  public void proposeConfChange(ConfChange change) throws ProposalDroppedException {
    proposals.proposeConfChange(change);
  }

  /**
   * The membership change that an entry carries.
   *
   * @param entry of a type other than {@link EntryType#NORMAL}
   * @throws ConfChangeException if the payload cannot be read
   */
  public static ConfChange confChange(Entry entry) throws ConfChangeException {
    return Proposals.decode(entry);
  }

  /**
   * Brings a committed membership change into force. Call it when the state machine reaches the
   * entry, before {@link #applied} passes it; leave it out if the state machine refuses the change.
   *
   * @return the configuration from here on, to be kept with the applied index
   * @throws ConfChangeException if it does not fit the configuration; nothing has changed
   */
  public ConfState applyConfChange(ConfChange change) throws ConfChangeException {
    return membership.apply(change);
  }

  /**
   * Asks for an index to read at; the answer comes as a {@link ReadState}, or never if messages or
   * the leadership are lost. Ask again with another id then: an old id's answer may still come.
   *
   * @param requestId unique for this member, also across restarts
   * @return false if no leader is known, in which case no answer will come
   */
  public boolean readIndex(long requestId) {
    if (state.isLeader()) {
      reads.request(state.id(), requestId);
      return true;
    }
    if (state.leader == 0) {
      return false;
    }
    state.outbox.send(new Message.ReadIndexRequest(state.id(), state.leader, requestId));
    return true;
  }

  /**
   * Asks the leader to hand over to {@code to}. Ignored if no leader is known, or if it is no other
   * voter. Given up after an election timeout; until then the leader refuses proposals.
   */
  public void transferLeadership(long to) {
    if (state.isLeader()) {
      membership.transfer(to);
    } else if (state.leader != 0) {
      state.outbox.send(new Message.TransferLeader(state.id(), state.leader, state.term, to));
    }
  }

  /** Stands for election now. Ignored for a leader and for whoever may not stand. */
  public void campaign() {
    elections.campaign();
  }

  /** Reports that a message to {@code id} could not be delivered. */
  public void reportUnreachable(long id) {
    Progress progress = state.peers.get(id);
    if (state.isLeader()
        && id != state.id()
        && progress != null
        && progress.state() == ProgressState.REPLICATE) {
      // What was on the way is probably lost, so stop being optimistic.
      progress.becomeProbe();
    }
  }

  /**
   * Reports that the process of member {@code id} has ended, as far as can be told. If it led this
   * member, an election is due within about half an election timeout instead of one to two: there
   * is no leader any more that it could disturb. A wrong report does no harm: the leader's next
   * message is followed again, and without others that think the same nobody grants a pre-vote.
   */
  public void reportGone(long id) {
    reportUnreachable(id);
    if (state.role == Role.FOLLOWER && state.leader == id) {
      state.leader = 0;
      state.hastenElection();
    }
  }

  /**
   * Reports what became of an {@link Message.InstallSnapshot} to {@code id}. Must be called in the
   * end, or the follower is sent nothing more unless it answers by itself.
   *
   * @param success whether the receiver has all of it
   */
  public void reportSnapshot(long id, boolean success) {
    Progress progress = state.peers.get(id);
    if (state.isLeader() && progress != null && progress.state() == ProgressState.SNAPSHOT) {
      if (success) {
        progress.snapshotDelivered();
      } else {
        progress.snapshotFailed();
      }
    }
  }

  /** Whether {@link #ready} would have anything to do. */
  public boolean hasReady() {
    return readies.hasReady();
  }

  /** Takes everything there is to do now; it is not handed out again. */
  public Ready ready() {
    return readies.build();
  }

  /**
   * The Ready of this sequence number, and all before it, are durable: their snapshots are
   * installed, and {@link LogStorage} shows their entries. Readys without {@link Ready#needsAppend}
   * need not be acknowledged.
   *
   * @throws IllegalStateException if no such Ready was handed out, or the storage contradicts
   */
  public void appended(long sequence) {
    readies.acknowledgeAppends(sequence, this::becameDurable);
  }

  private void becameDurable(ReadyBuilder.PendingAppend append) {
    if (append.snapshotIndex() != 0) {
      SnapshotMetadata installed = state.log.snapshotStable(append.snapshotIndex());
      if (installed != null) {
        membership.restore(installed.confState());
        readies.releaseApplied(installed.index());
      }
    }
    if (append.term() != state.term) {
      return;
    }
    if (append.lastIndex() != 0) {
      state.log.stableTo(append.lastIndex(), append.lastTerm());
    }
    elections.ownVoteDurable();
    Progress own = state.ownProgress();
    if (state.isLeader() && own != null && own.maybeUpdate(state.log.stableIndex())) {
      if (replication.maybeCommit()) {
        reads.commitMoved();
        replication.broadcastAppend();
      }
    }
  }

  /**
   * The state machine has applied everything up to {@code index}, membership changes included.
   *
   * @throws IllegalStateException if that was never handed out
   */
  public void applied(long index) {
    state.log.appliedTo(index);
    long payload = readies.releaseApplied(index);
    state.uncommittedBytes = Math.max(0, state.uncommittedBytes - payload);
    membership.leaveJointIfDue();
  }

  /** The member's term. */
  public long term() {
    return state.term;
  }

  /** The leader of the term; 0 if none is known. */
  public long leader() {
    return state.leader;
  }

  /** Whether this member leads its term, as far as it knows. */
  public boolean isLeader() {
    return state.isLeader();
  }

  /** This member's role in its term. */
  public Role role() {
    return state.role;
  }

  /** To whom leadership is being handed over; 0 for nobody. */
  public long transferee() {
    return state.transferee;
  }

  /** The configuration in force. */
  public ConfState confState() {
    return state.peers.confState();
  }

  /** The highest index known to be committed. */
  public long committed() {
    return state.log.committed();
  }

  /** A picture of the present state; costs an object per member. */
  public Status status() {
    SortedMap<Long, Status.PeerStatus> progress = new TreeMap<>();
    if (state.isLeader()) {
      state.peers.all().forEach((id, p) -> progress.put(id, peerStatus(id, p)));
    }
    return new Status(
        state.id(),
        state.term,
        state.vote,
        state.leader,
        state.role,
        state.transferee,
        state.log.committed(),
        state.log.applied(),
        state.log.lastIndex(),
        state.log.stableIndex(),
        state.peers.confState(),
        Collections.unmodifiableSortedMap(progress));
  }

  private Status.PeerStatus peerStatus(long id, Progress p) {
    return new Status.PeerStatus(
        p.state(),
        p.match(),
        p.next(),
        state.peers.confState().isLearner(id),
        p.recentlyActive(),
        p.isPaused(),
        p.inflightMessages(),
        p.inflightBytes(),
        p.pendingSnapshot());
  }
}
