package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfState;
import dev.keelson.raft.quorum.JointQuorum;
import dev.keelson.raft.quorum.MajorityQuorum;
import dev.keelson.raft.quorum.Vote;
import dev.keelson.raft.quorum.VoteResult;
import dev.keelson.raft.tracker.Inflights;
import dev.keelson.raft.tracker.Progress;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The configuration in force, the progress of its members, and the ballots of an election. */
final class Peers {
  private final RaftConfig config;
  private final TreeMap<Long, Progress> progress = new TreeMap<>();
  private final TreeMap<Long, Vote> ballots = new TreeMap<>();

  private ConfState confState = ConfState.EMPTY;
  private JointQuorum quorum = quorumOf(ConfState.EMPTY);

  Peers(RaftConfig config) {
    this.config = config;
  }

  private static JointQuorum quorumOf(ConfState confState) {
    return new JointQuorum(
        MajorityQuorum.of(confState.voters()), MajorityQuorum.of(confState.votersOutgoing()));
  }

  /** Switches to a configuration; members that stay keep their progress. */
  void configure(ConfState newState, long lastIndex) {
    confState = newState;
    quorum = quorumOf(newState);
    Collection<Long> members = new TreeSet<>(newState.members());
    progress.keySet().retainAll(members);
    for (Long id : members) {
      if (!progress.containsKey(id)) {
        Progress added = new Progress(0, lastIndex + 1, newInflights());
        // Without this the next quorum check could depose the leader before the newcomer had time
        // to answer at all.
        added.recentlyActive(true);
        progress.put(id, added);
      }
    }
  }

  private Inflights newInflights() {
    return new Inflights(config.maxInflightMessages(), config.maxInflightBytes());
  }

  /** Forgets what was known of everyone, as a new term does. */
  void reset(long lastIndex, long ownMatch) {
    ballots.clear();
    progress.forEach((id, p) -> p.reset(id == config.id() ? ownMatch : 0, lastIndex + 1));
  }

  ConfState confState() {
    return confState;
  }

  JointQuorum quorum() {
    return quorum;
  }

  @Nullable Progress get(long id) {
    return progress.get(id);
  }

  /** Progress of all members, ascending by id. */
  SortedMap<Long, Progress> all() {
    return progress;
  }

  boolean isVoter(long id) {
    return quorum.contains(id);
  }

  /** Whether this member alone decides everything. */
  boolean isOwnQuorum() {
    return quorum.isSingleton() && quorum.incoming().contains(config.id());
  }

  /** The largest index durable on a quorum. */
  long committedIndex() {
    return quorum.committedIndex(
        id -> {
          Progress p = progress.get(id);
          return p == null ? 0 : p.match();
        });
  }

  /** The largest read round confirmed by a quorum, of which this member is always part. */
  long confirmedRound(long current) {
    return quorum.committedIndex(
        id -> {
          Progress p = progress.get(id);
          return id == config.id() ? current : p == null ? 0 : p.confirmedRound();
        });
  }

  /** Whether a quorum was heard from since the last call; begins the next observation period. */
  boolean checkQuorumActive() {
    boolean active =
        quorum.voteResult(
                id -> {
                  Progress p = progress.get(id);
                  return id == config.id() || (p != null && p.recentlyActive())
                      ? Vote.GRANTED
                      : Vote.REJECTED;
                })
            == VoteResult.WON;
    progress.values().forEach(p -> p.recentlyActive(false));
    return active;
  }

  /** Notes a ballot; the first one of each voter counts. */
  VoteResult recordVote(long id, boolean granted) {
    ballots.putIfAbsent(id, granted ? Vote.GRANTED : Vote.REJECTED);
    return quorum.voteResult(voter -> ballots.getOrDefault(voter, Vote.MISSING));
  }
}
