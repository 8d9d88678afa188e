package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One test per claim of "In Search of an Understandable Consensus Algorithm (Extended Version)";
 * sections are cited. Pre-vote and quorum check, which the paper does not have, are off.
 */
final class PaperTest {
  private final Member member = member(3);

  private static Member member(int voters) {
    return TestNetwork.of(voters).get(1);
  }

  /** A member of three whose log on disk has entries of these terms. */
  private static Member withLog(HardState hardState, long... terms) {
    MemoryLog log = new MemoryLog(ConfState.ofVoters(1L, 2L, 3L));
    log.append(entries(1, terms));
    log.setHardState(hardState);
    return new Member(TestNetwork.plain(1), log, new History(), 1);
  }

  private static List<Entry> entries(long firstIndex, long... terms) {
    List<Entry> entries = new ArrayList<>();
    for (long term : terms) {
      entries.add(
          new Entry(term, firstIndex + entries.size(), EntryType.NORMAL, "x".getBytes(UTF_8)));
    }
    return entries;
  }

  /** Lets the member write and apply everything, and returns what it sent. */
  private static List<Message> drain(Member member) {
    TestNetwork network = new TestNetwork();
    network.run(member);
    return network.wire;
  }

  private static <T extends Message> List<T> drain(Member member, Class<T> kind) {
    return drain(member).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static void step(Member member, Message message) {
    TestNetwork.step(member, message);
  }

  private static Role role(Member member) {
    return member.raft.status().role();
  }

  private static Message.AppendRequest append(
      long from, long term, long prevIndex, long prevTerm, long commit, long... terms) {
    return new Message.AppendRequest(
        from, 1, term, prevIndex, prevTerm, entries(prevIndex + 1, terms), commit);
  }

  private static Message.AppendResponse acknowledge(long from, long term, long index) {
    return new Message.AppendResponse(from, 1, term, index, false, 0, 0);
  }

  private static Message.VoteResponse vote(long from, long term, boolean reject) {
    return new Message.VoteResponse(from, 1, term, false, reject);
  }

  private static void becomeCandidate(Member member) {
    member.raft.campaign();
    drain(member);
  }

  private static void becomeLeader(Member member) {
    becomeCandidate(member);
    step(member, vote(2, member.raft.status().term(), false));
    drain(member);
    assertThat(role(member)).isEqualTo(Role.LEADER);
  }

  private static void propose(Member member, String payload) throws ProposalDroppedException {
    member.raft.propose(List.of(payload.getBytes(UTF_8)));
  }

  // §5.1: "If one server's current term is smaller than the other's, then it updates its current
  // term to the larger value. If a candidate or leader discovers that its term is out of date, it
  // immediately reverts to follower state."
  @ParameterizedTest
  @EnumSource(
      value = Role.class,
      names = {"FOLLOWER", "CANDIDATE", "LEADER"})
  void s51_aNewerTermIsTakenOverByEveryone(Role role) {
    switch (role) {
      case CANDIDATE -> becomeCandidate(member);
      case LEADER -> becomeLeader(member);
      case FOLLOWER, PRE_CANDIDATE -> {}
    }
    step(member, append(2, 7, 0, 0, 0));
    assertThat(role(member)).isEqualTo(Role.FOLLOWER);
    assertThat(member.raft.status().term()).isEqualTo(7);
    assertThat(member.raft.status().leader()).isEqualTo(2);
  }

  // §5.1: "If a server receives a request with a stale term number, it rejects the request."
  @Test
  void s51_aStaleRequestHasNoEffect() {
    step(member, append(2, 5, 0, 0, 0));
    drain(member);
    step(member, append(3, 4, 0, 0, 0, 4));
    assertThat(member.raft.status().lastIndex()).isZero();
    assertThat(drain(member, Message.AppendResponse.class)).isEmpty();
  }

  // §5.2: "When servers start up, they begin as followers."
  @Test
  void s52_everyoneBeginsAsFollower() {
    assertThat(role(member)).isEqualTo(Role.FOLLOWER);
  }

  // §5.2: "If a follower receives no communication over a period of time called the election
  // timeout, then it assumes there is no viable leader and begins an election"; "to begin an
  // election, a follower increments its current term and transitions to candidate state. It then
  // votes for itself and issues RequestVote RPCs in parallel to each of the other servers."
  @Test
  void s52_anElectionBeginsAfterTheTimeout() {
    for (int i = 0; i < 20 && role(member) == Role.FOLLOWER; i++) {
      member.raft.tick();
    }
    assertThat(role(member)).isEqualTo(Role.CANDIDATE);
    assertThat(member.raft.status().term()).isEqualTo(1);
    assertThat(member.raft.status().vote()).isEqualTo(1);
    assertThat(drain(member, Message.VoteRequest.class))
        .extracting(Message::to)
        .containsExactly(2L, 3L);
  }

  // §5.2: a candidate wins if it receives votes from a majority of the full cluster.
  @ParameterizedTest
  @CsvSource({
    "1, '', '', LEADER",
    "3, 2, '', LEADER",
    "3, '', 2, CANDIDATE",
    "3, '', 2 3, FOLLOWER",
    "5, 2, '', CANDIDATE",
    "5, 2 3, '', LEADER",
    "5, 2, 3 4, CANDIDATE",
    "5, 2, 3 4 5, FOLLOWER",
    "5, 2 3, 4 5, LEADER"
  })
  void s52_aMajorityOfVotesWins(int voters, String yes, String no, Role outcome) {
    Member candidate = member(voters);
    becomeCandidate(candidate);
    for (String id : yes.isEmpty() ? new String[0] : yes.split(" ", -1)) {
      step(candidate, vote(Long.parseLong(id), 1, false));
    }
    for (String id : no.isEmpty() ? new String[0] : no.split(" ", -1)) {
      step(candidate, vote(Long.parseLong(id), 1, true));
    }
    assertThat(role(candidate)).isEqualTo(outcome);
  }

  // §5.2: "Each server will vote for at most one candidate in a given term, on a first-come-
  // first-served basis."
  @Test
  void s52_oneVotePerTerm() {
    step(member, new Message.VoteRequest(2, 1, 1, 0, 0, false, false));
    step(member, new Message.VoteRequest(3, 1, 1, 0, 0, false, false));
    step(member, new Message.VoteRequest(2, 1, 1, 0, 0, false, false));
    assertThat(drain(member, Message.VoteResponse.class))
        .extracting(m -> m.to() + (m.reject() ? " no" : " yes"))
        .containsExactlyInAnyOrder("2 yes", "3 no", "2 yes");
  }

  // §5.2 with figure 2, "updated on stable storage before responding to RPCs".
  @Test
  void s52_aVoteLeavesOnlyWhenItIsDurable() {
    step(member, new Message.VoteRequest(2, 1, 1, 0, 0, false, false));
    Ready ready = member.takeReady();
    assertThat(ready.messages()).isEmpty();
    assertThat(ready.hardState()).isEqualTo(new HardState(1, 2, 0));
    assertThat(ready.mustSync()).isTrue();
    assertThat(member.completeAppend())
        .containsExactly(new Message.VoteResponse(1, 2, 1, false, false));
  }

  // §5.2: "If the leader's term is at least as large as the candidate's current term, then the
  // candidate recognizes the leader as legitimate and returns to follower state."
  @ParameterizedTest
  @CsvSource({"1", "2"})
  void s52_aCandidateYieldsToTheLeader(long term) {
    becomeCandidate(member);
    step(member, append(2, term, 0, 0, 0));
    assertThat(role(member)).isEqualTo(Role.FOLLOWER);
    assertThat(member.raft.status().leader()).isEqualTo(2);
  }

  // §5.2: "Leaders send periodic heartbeats to all followers in order to maintain their authority."
  @Test
  void s52_aLeaderSendsHeartbeats() {
    becomeLeader(member);
    member.raft.tick();
    assertThat(drain(member, Message.Heartbeat.class))
        .extracting(Message::to)
        .containsExactly(2L, 3L);
  }

  // §5.2: "election timeouts are chosen randomly from a fixed interval".
  @Test
  void s52_timeoutsSpreadOverTheWholeInterval() {
    boolean[] seen = new boolean[20];
    for (int i = 0; i < 500; i++) {
      Member follower =
          new Member(
              TestNetwork.plain(1), new MemoryLog(ConfState.ofVoters(1L, 2L)), new History(), i);
      int ticks = 0;
      while (role(follower) == Role.FOLLOWER) {
        follower.raft.tick();
        ticks++;
      }
      seen[ticks] = true;
    }
    for (int ticks = 0; ticks < seen.length; ticks++) {
      assertThat(seen[ticks]).as("timeout of %d ticks", ticks).isEqualTo(ticks >= 10);
    }
  }

  // §5.3: "The leader appends the command to its log as a new entry, then issues AppendEntries RPCs
  // in parallel to each of the other servers"; with the index and term of the preceding entry.
  @Test
  void s53_aProposalIsSentBehindTheEntryBefore() throws ProposalDroppedException {
    becomeLeader(member);
    step(member, acknowledge(2, 1, 1));
    step(member, acknowledge(3, 1, 1));
    drain(member);
    propose(member, "a");
    Ready ready = member.takeReady();
    assertThat(ready.entries()).extracting(Entry::index).containsExactly(2L);
    assertThat(ready.messages())
        .hasSize(2)
        .allSatisfy(
            m -> {
              Message.AppendRequest append = (Message.AppendRequest) m;
              assertThat(append.prevIndex()).isEqualTo(1);
              assertThat(append.prevTerm()).isEqualTo(1);
              assertThat(append.entries()).isEqualTo(ready.entries());
            });
  }

  // §5.3: "A log entry is committed once the leader that created the entry has replicated it on a
  // majority of the servers." What is not on the leader's own disk does not count.
  @ParameterizedTest
  @CsvSource({"3, 2, false, false", "3, 2, true, true", "3, 2 3, false, true", "5, 2, true, false"})
  void s53_aMajorityOfDisksCommits(int voters, String followers, boolean own, boolean committed)
      throws ProposalDroppedException {
    Member leader = member(voters);
    becomeCandidate(leader);
    for (long id = 2; id <= voters; id++) {
      step(leader, vote(id, 1, false));
    }
    drain(leader);
    propose(leader, "a");
    leader.takeReady();
    for (String id : followers.split(" ", -1)) {
      step(leader, acknowledge(Long.parseLong(id), 1, 2));
    }
    if (own) {
      leader.completeAppend();
    }
    assertThat(leader.raft.status().commit() == 2).isEqualTo(committed);
  }

  // §5.3: "This also commits all preceding entries in the leader's log, including entries created
  // by previous leaders."
  @Test
  void s53_precedingEntriesAreCommittedAlong() {
    Member leader = withLog(new HardState(2, 0, 0), 1, 2, 2);
    leader.raft.campaign();
    drain(leader);
    step(leader, vote(2, 3, false));
    drain(leader);
    step(leader, acknowledge(2, 3, 4));
    drain(leader);
    assertThat(leader.raft.status().commit()).isEqualTo(4);
    assertThat(leader.applied().index()).isEqualTo(4);
  }

  // §5.3: "Once a follower learns that a log entry is committed, it applies the entry to its local
  // state machine (in log order)."
  @Test
  void s53_aFollowerAppliesWhatTheLeaderCommitted() {
    step(member, append(2, 1, 0, 0, 2, 1, 1, 1));
    drain(member);
    assertThat(member.applied().index()).isEqualTo(2);
  }

  // §5.3: "If the follower does not find an entry in its log with the same index and term, then it
  // refuses the new entries." The hint names where to go on, skipping whole terms.
  @ParameterizedTest
  @CsvSource({
    "2, 2, false, 0, 0",
    "3, 2, false, 0, 0",
    "4, 4, true, 3, 2",
    "3, 1, true, 1, 1",
    "9, 2, true, 3, 2"
  })
  void s53_theConsistencyCheck(
      long prevIndex, long prevTerm, boolean reject, long hint, long hintTerm) {
    Member follower = withLog(new HardState(2, 0, 0), 1, 2, 2);
    step(follower, append(2, 5, prevIndex, prevTerm, 0));
    assertThat(drain(follower, Message.AppendResponse.class))
        .containsExactly(new Message.AppendResponse(1, 2, 5, prevIndex, reject, hint, hintTerm));
  }

  // §5.3: "conflicting entries in follower logs will be overwritten with entries from the leader's
  // log"; what does not conflict stays, figure 2, AppendEntries, receiver steps 3 and 4.
  @Test
  void s53_aConflictingTailIsReplaced() {
    Member follower = withLog(new HardState(2, 0, 0), 1, 2, 2);
    step(follower, append(2, 3, 1, 1, 0, 3));
    drain(follower);
    assertThat(follower.log.lastIndex()).isEqualTo(2);
    assertThat(follower.log.term(2)).isEqualTo(3);
    step(follower, append(2, 3, 0, 0, 0, 1));
    drain(follower);
    assertThat(follower.log.lastIndex()).as("a prefix that agrees cuts nothing").isEqualTo(2);
  }

  // §5.3, figure 7: whatever a follower is missing or has too much, the leader brings it in line.
  @ParameterizedTest
  @CsvSource({
    "1 1 1 4 4 5 5 6 6",
    "1 1 1 4",
    "1 1 1 4 4 5 5 6 6 6 6",
    "1 1 1 4 4 5 5 6 6 6 7 7",
    "1 1 1 4 4 4 4",
    "1 1 1 2 2 2 3 3 3 3 3"
  })
  void s53_theLogsOfFigure7Converge(String followerTerms) {
    String leaderTerms = "1 1 1 4 4 5 5 6 6 6";
    TestNetwork network = new TestNetwork();
    add(network, 1, leaderTerms);
    add(network, 2, followerTerms);
    add(network, 3, "");
    network.drop = m -> m.to() == 3 && m instanceof Message.AppendRequest;
    network.elect(1);
    for (int i = 0; i < 3; i++) {
      network.raft(1).tick();
      network.settle();
    }
    MemoryLog leader = network.get(1).log;
    MemoryLog follower = network.get(2).log;
    assertThat(follower.lastIndex()).isEqualTo(leader.lastIndex()).isEqualTo(11);
    for (long index = 1; index <= 11; index++) {
      assertThat(follower.term(index)).isEqualTo(leader.term(index));
    }
    assertThat(network.get(2).applied().index()).isEqualTo(11);
  }

  private static void add(TestNetwork network, long id, String terms) {
    MemoryLog log = new MemoryLog(ConfState.ofVoters(1L, 2L, 3L));
    long[] parsed =
        terms.isEmpty()
            ? new long[0]
            : Arrays.stream(terms.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    log.append(entries(1, parsed));
    log.setHardState(new HardState(7, 0, 0));
    network.add(TestNetwork.plain(id), log);
  }

  // §5.4.1: "the voter denies its vote if its own log is more up-to-date than that of the
  // candidate": the later last term wins, then the longer log.
  @ParameterizedTest
  @CsvSource({"3, 2, true", "4, 2, true", "2, 2, false", "1, 3, true", "9, 1, false"})
  void s541_onlyTheUpToDateAreVotedFor(long lastIndex, long lastTerm, boolean granted) {
    Member voter = withLog(new HardState(2, 0, 0), 1, 2, 2);
    step(voter, new Message.VoteRequest(2, 1, 4, lastIndex, lastTerm, false, false));
    assertThat(drain(voter, Message.VoteResponse.class))
        .containsExactly(new Message.VoteResponse(1, 2, 4, false, !granted));
  }

  // §5.4.2: "Only log entries from the leader's current term are committed by counting replicas."
  @Test
  void s542_entriesOfOlderTermsAreNotCommittedByCounting() {
    Member leader = withLog(new HardState(2, 0, 0), 1, 2);
    leader.raft.campaign();
    drain(leader);
    step(leader, vote(2, 3, false));
    drain(leader);
    step(leader, acknowledge(2, 3, 2));
    assertThat(leader.raft.status().commit()).as("both have entry 2, of term 2").isZero();
    step(leader, acknowledge(2, 3, 3));
    assertThat(leader.raft.status().commit()).as("both have entry 3, of term 3").isEqualTo(3);
  }

  // §7: "If the follower receives a snapshot that describes a prefix of its log, then log entries
  // covered by the snapshot are deleted but entries following the snapshot are still valid".
  @Test
  void s7_aSnapshotOfAPrefixReplacesNothing() {
    Member follower = withLog(new HardState(2, 0, 0), 1, 2, 2);
    ConfState confState = ConfState.ofVoters(1L, 2L, 3L);
    step(follower, new Message.InstallSnapshot(2, 1, 3, new SnapshotMetadata(2, 2, confState)));
    Ready ready = follower.takeReady();
    assertThat(ready.snapshot()).isNull();
    assertThat(follower.raft.status().lastIndex()).isEqualTo(3);
    assertThat(follower.raft.status().commit()).isEqualTo(2);
  }

  // §7: "the snapshot will contain new information not already in the recipient's log. In this
  // case, the follower discards its entire log". It is acknowledged when it is installed.
  @Test
  void s7_aSnapshotBeyondTheLogReplacesIt() {
    Member follower = withLog(new HardState(2, 0, 0), 1, 2, 2);
    ConfState confState = ConfState.ofVoters(1L, 2L, 3L, 4L);
    follower.history.record(new Member.Applied(9, 99, confState));
    step(follower, new Message.InstallSnapshot(2, 1, 3, new SnapshotMetadata(9, 3, confState)));
    Ready ready = follower.takeReady();
    assertThat(ready.snapshot()).isEqualTo(new SnapshotMetadata(9, 3, confState));
    assertThat(follower.raft.status().applied()).isZero();
    assertThat(follower.completeAppend())
        .containsExactly(new Message.AppendResponse(1, 2, 3, 9, false, 0, 0));
    assertThat(follower.raft.status().applied()).isEqualTo(9);
    assertThat(follower.raft.status().confState()).isEqualTo(confState);
    assertThat(follower.log.firstIndex()).isEqualTo(10);
  }

  // §8: "a leader must have the latest information on which entries are committed ... each leader
  // commit a blank no-op entry into the log at the start of its term"; and for reads "exchange
  // heartbeat messages with a majority of the cluster before responding".
  @Test
  void s8_aReadWaitsForTheBlankEntryAndForAMajority() {
    becomeLeader(member);
    assertThat(member.raft.readIndex(5)).isTrue();
    drain(member);
    step(member, acknowledge(2, 1, 1));
    List<Message.Heartbeat> heartbeats = drain(member, Message.Heartbeat.class);
    assertThat(heartbeats).hasSize(2);
    assertThat(member.readStates).isEmpty();
    step(member, new Message.HeartbeatResponse(3, 1, 1, heartbeats.getFirst().round()));
    drain(member);
    assertThat(member.readStates).containsExactly(new ReadState(5, 1));
  }

  // §5.2: without a leader nothing can be proposed.
  @Test
  void s52_withoutLeaderProposalsAreDropped() {
    assertThatThrownBy(() -> propose(member, "a"))
        .isInstanceOf(ProposalDroppedException.class)
        .hasMessageContaining("NO_LEADER");
  }
}
