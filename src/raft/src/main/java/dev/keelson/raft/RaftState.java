package dev.keelson.raft;

import dev.keelson.raft.tracker.Progress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the handlers of one member share. {@link Roles} owns the changes of term and role. */
final class RaftState {
  final RaftConfig config;
  final RaftLog log;
  final Peers peers;
  final Outbox outbox = new Outbox();
  final ReadQueue reads = new ReadQueue();
  private final RandomGenerator random;

  /** Never falls. */
  long term;

  /** Changes at most once in a term, from 0. */
  long vote;

  /** The leader of the term; 0 if none is known. */
  long leader;

  Role role = Role.FOLLOWER;

  /** Ticks since the leader was heard from; for a leader, since its last quorum check. */
  int electionElapsed;

  int heartbeatElapsed;

  /** In [{@code electionTicks}, {@code 2 * electionTicks - 1}], drawn at every change of role. */
  int electionTimeout;

  /** To whom this leader is handing over; 0 for nobody. While set, proposals are refused. */
  long transferee;

  /**
   * The last entry that may be a membership change not applied yet: no other is taken until the
   * applied index has reached it.
   */
  long pendingConfIndex;

  /** Payload bytes this leader took that are not applied yet. */
  long uncommittedBytes;

  RaftState(RaftConfig config, RaftLog log, RandomGenerator random) {
    this.config = config;
    this.log = log;
    this.peers = new Peers(config);
    this.random = random;
  }

  long id() {
    return config.id();
  }

  boolean isLeader() {
    return role == Role.LEADER;
  }

  @Nullable Progress ownProgress() {
    return peers.get(id());
  }

  void drawElectionTimeout() {
    electionTimeout = config.electionTicks() + random.nextInt(config.electionTicks());
  }

  /**
   * Lets the election come within two ticks to half an election timeout. Two at least, so that the
   * others have learnt of the leader's end too and grant their pre-votes; drawn, so that they do
   * not all stand at once.
   */
  void hastenElection() {
    int wait = 2 + random.nextInt(Math.max(1, config.electionTicks() / 2 - 1));
    electionElapsed = Math.max(electionElapsed, electionTimeout - wait);
  }

  /** Whether this leader has committed an entry of its own term, and so knows what is committed. */
  boolean hasCommittedInTerm() {
    return log.term(log.committed()) == term;
  }

  HardState hardState() {
    return new HardState(term, vote, log.committed());
  }

  SoftState softState() {
    return new SoftState(leader, role);
  }
}
