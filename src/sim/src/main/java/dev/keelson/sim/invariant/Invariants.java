package dev.keelson.sim.invariant;

import dev.keelson.kv.mvcc.AppliedPosition;
import dev.keelson.node.Member;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.loop.Standing;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Message;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.sim.check.Violation;
import dev.keelson.sim.invariant.ShadowLog.Mark;
import dev.keelson.sim.member.Host;
import dev.keelson.sim.member.Life;
import dev.keelson.storage.wal.SnapshotMarker;
import dev.keelson.storage.wal.WalState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at every event of a cluster. */
public final class Invariants {
  private final LogMatching matching = new LogMatching();
  private final Committed committed;
  private final Map<Host, ShadowLog> logs = new HashMap<>();
  private final Map<Long, Host> hosts = new HashMap<>();
  private final Map<Long, Long> leaderOfTerm = new HashMap<>();
  private final Map<Life, Seen> seen = new HashMap<>();

  /** The highest commit index that any member ever had. */
  private long maxCommit;

  private long elections;

  /** Null unless every step of a disk is looked at. */
  private @Nullable CrashStates crashStates;

  /** What was last seen of a process. */
  private static final class Seen {
    private @Nullable Standing standing;
    private long applied;
    private long handedOut;

    /** The number of the configuration that it went by last. */
    private int configuration;
  }

  /**
   * Creates the invariants of a new cluster.
   *
   * @param committedRequest told of each request when it is first known to be committed
   */
  public Invariants(Consumer<InternalRaftRequest> committedRequest) {
    committed = new Committed(committedRequest);
  }

  /** The log that all members carry out. */
  public Committed committed() {
    return committed;
  }

  /** How many leaders there were. */
  public long elections() {
    return elections;
  }

  /** The highest commit index that any member ever had. */
  public long maxCommit() {
    return maxCommit;
  }

  private ShadowLog log(Life life) {
    return logs.computeIfAbsent(life.host(), host -> new ShadowLog());
  }

  private Seen seen(Life life) {
    return seen.computeIfAbsent(life, one -> new Seen());
  }

  /** From now on, looks at what a loss of power at each step of a disk would leave. */
  public void lookAtCrashStates() {
    crashStates = new CrashStates();
  }

  /** How many different disks were looked at, and found to keep what they must. */
  public int crashStates() {
    return crashStates == null ? 0 : crashStates.distinct();
  }

  /** A disk is about to change, or to be made durable. */
  public void diskStep(Life life) {
    CrashStates states = crashStates;
    // before the log exists there is nothing to keep
    if (states != null && life.member() != null) {
      ShadowLog shadow = log(life);
      states.look(
          life.host(),
          shadow,
          found -> {
            Mark start = start(found);
            List<Mark> marks = marks(start, found);
            requireKept(life, shadow, start, marks, found);
            return marks;
          });
    }
  }

  private Mark start(WalState found) {
    SnapshotMarker marker = found.snapshot();
    return marker == null ? Mark.START : matching.known(marker.index(), marker.term());
  }

  private List<Mark> marks(Mark start, WalState found) {
    List<Mark> marks = new ArrayList<>();
    Mark mark = start;
    for (Entry entry : found.entries()) {
      mark = matching.check(mark, entry);
      marks.add(mark);
    }
    return marks;
  }

  /** A process has opened what is on its disk. */
  void opened(Life life, WalState found) {
    ShadowLog shadow = log(life);
    Mark start = start(found);
    List<Mark> marks = marks(start, found);
    requireKept(life, shadow, start, marks, found);
    shadow.restart(start, found, marks);
  }

  private static void requireKept(
      Life life, ShadowLog shadow, Mark start, List<Mark> marks, WalState found) {
    Violation.unless(
        found.hardState().term() >= shadow.hardState().term(),
        () -> "%s forgot its term: %s after %s".formatted(life, found, shadow.hardState()));
    Violation.unless(
        found.hardState().term() > shadow.hardState().term()
            || shadow.hardState().vote() == 0
            || found.hardState().vote() == shadow.hardState().vote(),
        () -> "%s forgot its vote: %s after %s".formatted(life, found, shadow.hardState()));
    long foundLast = start.index() + marks.size();
    long certain = shadow.certainUpTo();
    Violation.unless(
        foundLast >= certain,
        () -> "%s lost entries: %d, had %d".formatted(life, foundLast, certain));
    if (shadow.has(certain) && certain > start.index()) {
      // the chain of the last one stands for all before it
      Mark kept = marks.get((int) (certain - start.index() - 1));
      Violation.unless(
          kept.equals(shadow.mark(certain)),
          () -> "%s kept %s of %s".formatted(life, kept, shadow.mark(certain)));
    }
  }

  /** Looks on at what is written to the log of a process. */
  public DurableLog watch(Life life, DurableLog log) {
    opened(life, RecoveredLog.read(life.host()));
    ShadowLog shadow = log(life);
    return new WatchedLog(log) {
      @Override
      void asked(@Nullable HardState hardState, List<Entry> entries) {
        MembershipRules.requireOneChange(life, shadow, entries);
        shadow.begin(entries);
      }

      @Override
      void durable(@Nullable HardState hardState, List<Entry> entries) {
        if (life.alive()) {
          for (Entry entry : entries) {
            shadow.append(entry, matching.check(shadow.mark(entry.index() - 1), entry));
          }
          if (hardState != null) {
            shadow.durable(hardState);
          }
          shadow.confirmed();
        }
      }

      @Override
      void installed(long index, long term, @Nullable HardState hardState) {
        if (life.alive()) {
          shadow.replaceBy(matching.known(index, term));
          if (hardState != null) {
            shadow.durable(hardState);
          }
        }
      }
    };
  }

  /** Looks on at what consensus of a process hands out. */
  public NodeLoop.Ports watch(Life life, NodeLoop.Ports ports) {
    return new WatchedPorts(ports) {
      @Override
      void handedOut(List<Entry> entries) {
        Seen known = seen(life);
        for (Entry entry : entries) {
          long before = known.handedOut;
          Violation.unless(
              before == 0 || entry.index() == before + 1,
              () -> "%s hands out %d after %d".formatted(life, entry.index(), before));
          known.handedOut = entry.index();
          committed.carriesOut(entry);
        }
      }

      @Override
      void installs(long index) {
        seen(life).handedOut = index;
      }
    };
  }

  /** A process has started. */
  public void started(Life life) {
    Member member = life.member();
    if (member != null) {
      hosts.put(member.memberId(), life.host());
    }
  }

  /** A message is handed to the network: what it promises must be on disk. */
  public void sent(Life life, Message message) {
    ShadowLog disk = log(life);
    HardState state = disk.hardState();
    if (state.term() > message.term() || message.from() != memberId(life)) {
      // overtaken: in that older term nothing will be promised to anyone else; or passed on
      return;
    }
    switch (message) {
      case Message.VoteResponse m ->
          Violation.unless(
              m.preVote() || m.reject() || (state.term() == m.term() && state.vote() == m.to()),
              () -> "a vote that is not on disk: %s, %s".formatted(m, state));
      case Message.VoteRequest m ->
          Violation.unless(
              m.preVote() || (state.term() == m.term() && state.vote() == m.from()),
              () -> "a candidacy that is not on disk: %s, %s".formatted(m, state));
      case Message.AppendResponse m ->
          Violation.unless(
              m.reject() || m.index() == 0 || (state.term() == m.term() && disk.reaches(m.index())),
              () ->
                  "acknowledged what is not on disk: %s, %s, last %d"
                      .formatted(m, state, disk.lastIndex()));
      default -> {
        // promises nothing
      }
    }
  }

  private static long memberId(Life life) {
    Member member = life.member();
    return member == null ? 0 : member.memberId();
  }

  /** An event of a process is over. */
  public void after(Life life) {
    Member member = life.member();
    if (member == null || !life.alive()) {
      return;
    }
    Seen known = seen(life);
    Standing now = member.standing();
    Standing before = known.standing;
    if (!now.equals(before)) {
      compare(life, member.memberId(), before, now);
      known.standing = now;
    }
    applied(life, known);
  }

  private void compare(Life life, long member, @Nullable Standing before, Standing now) {
    if (before != null) {
      Violation.unless(
          now.term() >= before.term(), () -> "%s: term fell: %s, %s".formatted(life, before, now));
      Violation.unless(
          now.commit() >= before.commit(),
          () -> "%s: commit index fell: %s, %s".formatted(life, before, now));
    }
    if (now.isLeader()) {
      Long other = leaderOfTerm.putIfAbsent(now.term(), member);
      Violation.unless(
          other == null || other == member,
          () -> "two leaders of term %d: %x and %x".formatted(now.term(), other, member));
      if (other == null) {
        elections++;
        requireComplete(life);
      }
      if (now.commit() > maxCommit) {
        requireOnQuorum(life, now, before == null ? now.confState() : before.confState());
      }
    }
    maxCommit = Math.max(maxCommit, now.commit());
    if (before == null || !now.confState().equals(before.confState())) {
      seen(life).configuration =
          MembershipRules.requireLedTo(
              committed.configuration(), seen(life).configuration, member, now);
    }
  }

  /** A new leader has every entry that was ever committed (Raft §5.4.3). */
  private void requireComplete(Life life) {
    ShadowLog shadow = log(life);
    long last = Math.min(committed.lastIndex(), shadow.lastIndex());
    if (shadow.has(last)) {
      Violation.unless(
          shadow.mark(last).term() == committed.term(last),
          () -> "%s leads without the committed entry %d".formatted(life, last));
    }
  }

  /**
   * A leader counts as committed only what a majority would find after losing power, and by
   * counting only what is of its own term (Raft §5.4.2). An event may have both counted by one
   * configuration and gone on to the next.
   */
  private void requireOnQuorum(Life life, Standing leader, ConfState earlier) {
    ShadowLog shadow = log(life);
    Violation.unless(
        !shadow.has(leader.commit()) || shadow.mark(leader.commit()).term() == leader.term(),
        () -> "committed by counting an entry of an older term: %s".formatted(leader));
    Violation.unless(
        isOnMajority(leader.confState().voters(), leader.commit())
            || isOnMajority(earlier.voters(), leader.commit()),
        () ->
            "index %d committed on no majority of disks: %s, before: %s"
                .formatted(leader.commit(), leader, earlier));
  }

  private boolean isOnMajority(List<Long> voters, long index) {
    int have = 0;
    for (Long voter : voters) {
      Host host = hosts.get(voter);
      ShadowLog shadow = host == null ? null : logs.get(host);
      if (shadow != null && shadow.reaches(index)) {
        have++;
      }
    }
    return 2 * have > voters.size();
  }

  /** The state machine must be where the log, carried out, leads to. */
  private void applied(Life life, Seen known) {
    AppliedPosition position = life.host().applied();
    if (position.index() == known.applied) {
      return;
    }
    Violation.unless(
        position.index() > known.applied,
        () -> "%s: applied index fell from %d to %s".formatted(life, known.applied, position));
    Violation.unless(
        position.index() <= committed.lastIndex(),
        () -> "%s applied what is not committed: %s".formatted(life, position));
    Violation.unless(
        position.revision() == committed.revision(position.index()),
        () ->
            "%s is at revision %d after entry %d, others at %d"
                .formatted(
                    life,
                    position.revision(),
                    position.index(),
                    committed.revision(position.index())));
    known.applied = position.index();
  }
}
