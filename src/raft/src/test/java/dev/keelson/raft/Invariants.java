package dev.keelson.raft;

import dev.keelson.raft.confchange.ConfState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What must hold after every event of a random cluster (Raft figure 3), checked as it grows. */
final class Invariants {
  private record EntryId(long index, long term) {}

  /** What the entry before was, and what the entry says. */
  private record EntryContents(long previousTerm, EntryType type, int digest) {}

  private final Map<Long, Member> members;
  private final Map<Long, Long> leaderOfTerm = new HashMap<>();
  private final Map<EntryId, EntryContents> entries = new HashMap<>();
  private final Map<Long, Entry> committed = new HashMap<>();
  private final Map<Long, Status> before = new HashMap<>();
  private final Map<Long, Long> readFloors = new HashMap<>();

  /** The last index that any member ever knew to be committed. */
  long maxCommitted;

  Invariants(Map<Long, Member> members) {
    this.members = members;
  }

  /** A restart may forget what was written lazily, but not its term. */
  void restarted(Member member) {
    Status last = before.remove(member.id);
    Status now = member.raft.status();
    require(
        last == null || now.commit() <= Math.max(last.commit(), now.applied()),
        () -> "commit index from nowhere: " + now);
  }

  void after(Member member) {
    Status now = member.raft.status();
    Status last = before.put(member.id, now);
    if (last != null) {
      require(now.term() >= last.term(), () -> "term fell to " + now);
      require(now.commit() >= last.commit(), () -> "commit index fell to " + now);
      require(now.applied() >= last.applied(), () -> "applied index fell to " + now);
      require(
          now.term() != last.term() || last.vote() == 0 || now.vote() == last.vote(),
          () -> "second vote of a term: " + last + ", then " + now);
    }
    if (now.role() == Role.LEADER) {
      Long other = leaderOfTerm.putIfAbsent(now.term(), member.id);
      require(other == null || other == member.id, () -> "two leaders: " + other + ", " + now);
      boolean elected = last == null || last.role() != Role.LEADER || last.term() != now.term();
      require(!elected || now.lastIndex() >= maxCommitted, () -> "leader lacks what is committed");
      if (now.commit() > maxCommitted) {
        requireOnQuorumOfDisks(now);
      }
    }
    maxCommitted = Math.max(maxCommitted, now.commit());
  }

  /** A leader counts to a commit only what a quorum would find after losing power. */
  private void requireOnQuorumOfDisks(Status leader) {
    ConfState confState = leader.confState();
    requireOnMajority(confState.voters(), leader);
    if (confState.isJoint()) {
      requireOnMajority(confState.votersOutgoing(), leader);
    }
  }

  private void requireOnMajority(List<Long> voters, Status leader) {
    long have = voters.stream().filter(id -> hasOnDisk(id, leader.commit(), leader.term())).count();
    require(
        2 * have > voters.size(),
        () -> "committed on " + have + " disks of " + disks(voters) + ": " + leader);
  }

  private String disks(List<Long> voters) {
    StringBuilder text = new StringBuilder();
    for (Long id : voters) {
      Member member = members.get(id);
      text.append(id).append('=');
      if (member != null) {
        long last = member.log.lastIndex();
        text.append(member.log.firstIndex()).append("..").append(last);
        text.append('@').append(member.log.term(last));
      }
      text.append(' ');
    }
    return text.toString();
  }

  private boolean hasOnDisk(Long id, long index, long term) {
    Member member = members.get(id);
    if (member == null || member.log.lastIndex() < index) {
      return false;
    }
    return member.log.firstIndex() - 1 > index || member.log.term(index) == term;
  }

  /** What a quorum will count on must be on the sender's disk before it is said. */
  void sent(Member member, Message message) {
    HardState disk = member.log.hardState();
    if (disk.term() > message.term()) {
      // Overtaken within one Ready: in that older term nothing will be promised to anyone else.
      return;
    }
    switch (message) {
      case Message.VoteResponse m ->
          require(
              m.preVote() || m.reject() || (disk.term() == m.term() && disk.vote() == m.to()),
              () -> "vote that is not on disk: " + m + ", " + disk);
      case Message.VoteRequest m ->
          require(
              m.preVote()
                  || (disk.term() == m.term()
                      && disk.vote() == m.from()
                      && (member.log.lastIndex() >= m.lastIndex()
                          || !isStanding(member, m.term()))),
              () -> "candidacy that is not on disk: " + m + ", " + member.raft.status());
      case Message.AppendResponse m ->
          require(
              m.reject()
                  || m.index() == 0
                  || (disk.term() == m.term() && member.log.lastIndex() >= m.index()),
              () -> "acknowledged what is not on disk: " + m + ", " + disk);
      default -> {
        // Promises nothing.
      }
    }
  }

  /** Whether votes of {@code term} would still do something; a term is never stood in again. */
  private static boolean isStanding(Member member, long term) {
    Status now = member.raft.status();
    return now.term() == term && (now.role() == Role.CANDIDATE || now.role() == Role.LEADER);
  }

  /** What a Ready says is new; log matching follows by induction over the previous entry. */
  void ready(Member member, Ready ready) {
    long previousTerm = -1;
    for (Entry entry : ready.entries()) {
      EntryId id = new EntryId(entry.index(), entry.term());
      EntryContents contents =
          new EntryContents(previousTerm, entry.type(), Arrays.hashCode(entry.data()));
      if (previousTerm >= 0) {
        EntryContents known = entries.putIfAbsent(id, contents);
        require(known == null || known.equals(contents), () -> "logs differ at " + id);
      }
      previousTerm = entry.term();
      Entry fixed = committed.get(entry.index());
      require(
          fixed == null || fixed.term() == entry.term() || entry.index() > maxCommitted,
          () -> "member " + member.id + " replaces the committed " + fixed + " by " + entry);
    }
    for (Entry entry : ready.committedEntries()) {
      Entry known = committed.putIfAbsent(entry.index(), entry);
      require(
          known == null
              || (known.term() == entry.term() && Arrays.equals(known.data(), entry.data())),
          () -> "member " + member.id + " commits " + entry + ", another " + known);
      require(entry.index() <= member.log.lastIndex(), () -> "applies what is not on its disk");
    }
    for (ReadState read : ready.readStates()) {
      Long floor = readFloors.get(read.requestId());
      require(
          floor != null && read.index() >= floor,
          () -> "stale read " + read + ", committed " + floor);
    }
  }

  /** A read asked for now must see everything committed so far. */
  void readRequested(long requestId) {
    readFloors.put(requestId, maxCommitted);
  }

  private static void require(boolean condition, Supplier<String> problem) {
    if (!condition) {
      throw new AssertionError(problem.get());
    }
  }
}
