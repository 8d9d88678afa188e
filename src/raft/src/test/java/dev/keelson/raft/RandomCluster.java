package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A cluster in which everything that may happen does, drawn from one seed: messages are lost,
 * doubled and reordered, disks and state machines are slow, power fails, members come and go. Then
 * the faults stop and it must work.
 */
final class RandomCluster {
  private static final int MEMBERS = 6;

  private final SplittableRandom random;
  private final Map<Long, Member> members = new TreeMap<>();
  private final List<Member> list = new ArrayList<>();
  private final History history = new History();
  private final Invariants invariants = new Invariants(members);
  private final List<Message> wire = new ArrayList<>();

  private final double loss;
  private final double duplication;
  private final int electionTicks;

  /** What the transport has yet to say about snapshots. */
  private final ArrayDeque<Runnable> reports = new ArrayDeque<>();

  /** Members that cannot be reached, as bits by id. */
  private int isolated;

  private long nextPayload;
  private long nextRead;

  /** How often the rarer things happened. */
  final Map<String, Integer> counts = new TreeMap<>();

  RandomCluster(long seed) {
    random = new SplittableRandom(seed);
    loss = random.nextInt(4) * 0.07;
    duplication = random.nextInt(3) * 0.1;
    electionTicks = 3 + random.nextInt(8);
    int voters = 1 + random.nextInt(5);
    List<Long> ids = new ArrayList<>();
    for (long id = 1; id <= voters; id++) {
      ids.add(id);
    }
    ConfState confState = ConfState.ofVoters(ids);
    history.record(new Member.Applied(0, 0, confState));
    boolean preVote = random.nextBoolean();
    boolean checkQuorum = random.nextBoolean();
    for (long id = 1; id <= MEMBERS; id++) {
      RaftConfig.Builder options =
          RaftConfig.builder(id)
              .electionTicks(electionTicks)
              .preVote(preVote)
              .checkQuorum(checkQuorum)
              .maxMessageBytes(random.nextBoolean() ? 60 : 10_000)
              .maxInflightMessages(1 + random.nextInt(6))
              .maxInflightBytes(random.nextBoolean() ? 0 : 100)
              .maxUncommittedBytes(random.nextBoolean() ? 0 : 200)
              .maxApplyingBytes(random.nextBoolean() ? 100 : 10_000);
      // Those who do not belong to it yet begin with the same state, as a replayed bootstrap gives.
      Member member = new Member(options, new MemoryLog(confState), history, random.nextLong());
      members.put(id, member);
      list.add(member);
    }
  }

  /** Lets {@code events} random things happen, then heals everything. */
  void run(int events) {
    for (int i = 0; i < events; i++) {
      Member member = list.get(random.nextInt(list.size()));
      event(member, random.nextInt(1000));
      invariants.after(member);
    }
    isolated = 0;
    converge();
  }

  private void event(Member member, int dice) {
    if (dice < 180) {
      member.raft.tick();
    } else if (dice < 480) {
      deliverOne();
    } else if (dice < 680) {
      takeReady(member);
    } else if (dice < 780) {
      completeAppend(member);
    } else if (dice < 880) {
      completeApply(member);
    } else if (dice < 940) {
      propose(member);
    } else if (dice < 960) {
      read(member);
    } else if (dice < 970) {
      changeMembers(member);
    } else if (dice < 975) {
      restart(member);
    } else if (dice < 985) {
      compact(member);
    } else if (dice < 990) {
      count("transfer");
      member.raft.transferLeadership(1 + random.nextInt(MEMBERS));
    } else if (dice < 992) {
      member.raft.campaign();
    } else if (dice < 994) {
      isolated = random.nextBoolean() ? 0 : random.nextInt(1 << (MEMBERS + 1));
    } else if (dice < 996) {
      member.raft.reportUnreachable(1 + random.nextInt(MEMBERS));
    } else if (dice < 997) {
      member.raft.reportGone(1 + random.nextInt(MEMBERS)); // true or not
    } else {
      report();
    }
  }

  private void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  private void deliverOne() {
    if (wire.isEmpty()) {
      return;
    }
    int at = random.nextInt(Math.min(wire.size(), 12));
    Message message = wire.get(at);
    if (random.nextDouble() >= duplication) {
      wire.remove(at);
    }
    for (int i = wire.size(); i > 300; i--) {
      deliver(wire.removeFirst(), true);
    }
    boolean cut = (((isolated >> message.to()) ^ (isolated >> message.from())) & 1) != 0;
    deliver(message, cut || random.nextDouble() < loss);
  }

  private void deliver(Message message, boolean lost) {
    Member to = member(message.to());
    if (!lost) {
      TestNetwork.step(to, message);
      invariants.after(to);
    }
    if (message instanceof Message.InstallSnapshot) {
      count("snapshot");
      Member from = member(message.from());
      reports.add(
          () -> {
            from.raft.reportSnapshot(to.id, !lost);
            invariants.after(from);
          });
    }
  }

  private void report() {
    while (!reports.isEmpty()) {
      reports.remove().run();
    }
  }

  private Member member(long id) {
    return list.get((int) id - 1);
  }

  private void takeReady(Member member) {
    if (member.raft.hasReady()) {
      Ready ready = member.takeReady();
      invariants.ready(member, ready);
      send(member, ready.messages());
      if (!ready.readStates().isEmpty()) {
        count("read");
      }
    }
  }

  private void completeAppend(Member member) {
    if (!member.appending.isEmpty()) {
      send(member, member.completeAppend());
    }
  }

  private void send(Member member, List<Message> messages) {
    messages.forEach(message -> invariants.sent(member, message));
    wire.addAll(messages);
  }

  private void completeApply(Member member) {
    if (!member.applying.isEmpty()) {
      ConfState before = member.applied().confState();
      ConfState after = member.completeApply().confState();
      if (!after.equals(before)) {
        count(after.isJoint() ? "joint" : "simple");
      }
    }
  }

  private void propose(Member member) {
    List<byte[]> payloads = new ArrayList<>();
    int n = 1 + random.nextInt(3);
    for (int i = 0; i < n; i++) {
      payloads.add(Long.toString(nextPayload++).repeat(1 + random.nextInt(5)).getBytes(UTF_8));
    }
    try {
      member.raft.propose(payloads);
    } catch (ProposalDroppedException e) {
      count("dropped " + e.reason());
    }
  }

  private void read(Member member) {
    long requestId = ++nextRead;
    invariants.readRequested(requestId);
    member.raft.readIndex(requestId);
  }

  private void changeMembers(Member member) {
    ConfChange.Type[] types = ConfChange.Type.values();
    ConfChange.Transition[] transitions = ConfChange.Transition.values();
    List<ConfChange.Single> steps = new ArrayList<>();
    int n = random.nextInt(4);
    for (int i = 0; i < n; i++) {
      steps.add(
          new ConfChange.Single(types[random.nextInt(types.length)], 1 + random.nextInt(MEMBERS)));
    }
    ConfChange change =
        n == 1 && random.nextBoolean()
            ? ConfChange.single(steps.getFirst().type(), steps.getFirst().nodeId())
            : new ConfChange.V2(
                transitions[random.nextInt(transitions.length)], steps, new byte[0]);
    try {
      member.raft.proposeConfChange(change);
    } catch (ProposalDroppedException e) {
      count("dropped " + e.reason());
    }
  }

  private void restart(Member member) {
    count("restart");
    int surviving = random.nextInt(member.appending.size() + 1);
    List<Long> candidates = new ArrayList<>(member.states.keySet());
    long applied = candidates.get(random.nextInt(candidates.size()));
    member.restart(surviving, applied, random.nextLong());
    invariants.restarted(member);
  }

  private void compact(Member member) {
    List<Long> candidates = new ArrayList<>(member.states.keySet());
    long index = candidates.get(random.nextInt(candidates.size()));
    if (index > 0) {
      member.compact(index);
    }
  }

  /** Without faults a leader must come about and everyone must arrive at the same state. */
  private void converge() {
    for (int round = 0; round < 60 * electionTicks; round++) {
      settle();
      if (isConverged()) {
        return;
      }
      ConfState newest = newest().confState();
      for (Member member : list) {
        if (newest.members().contains(member.id)) {
          member.raft.tick();
          invariants.after(member);
        }
      }
      if (round % 5 == 0) {
        proposeAtLeader();
      }
    }
    if (isStuckBehindDemotedLeader()) {
      count("stuck");
      return;
    }
    throw new AssertionError("no agreement in the end: " + describe());
  }

  /**
   * The one way to get stuck that configurations in force from their application (not their append)
   * leave open, here as in etcd: a leader that lost its vote by the change it has just committed
   * stepped down, the others did not hear of that commit, and so still need the vote of a member
   * that has more than they have and does not stand itself. Only a fault right after the commit
   * does it, and only to those who do not hand leadership over first.
   */
  private boolean isStuckBehindDemotedLeader() {
    for (Member member : list) {
      boolean demoted = !member.applied().confState().isVoter(member.id);
      boolean needed = false;
      boolean led = false;
      for (Member other : list) {
        Status status = other.raft.status();
        led |= status.role() == Role.LEADER;
        needed |=
            other != member
                && status.confState().isVoter(other.id)
                && status.confState().isVoter(member.id)
                && status.lastIndex() < member.raft.status().lastIndex();
      }
      if (demoted && needed && !led) {
        return true;
      }
    }
    return false;
  }

  private void proposeAtLeader() {
    for (Member member : list) {
      if (member.raft.status().role() == Role.LEADER) {
        propose(member);
        return;
      }
    }
  }

  private Member.Applied newest() {
    Member.Applied newest = list.getFirst().applied();
    for (Member member : list) {
      if (member.applied().index() > newest.index()) {
        newest = member.applied();
      }
    }
    return newest;
  }

  private boolean isConverged() {
    Member.Applied newest = newest();
    boolean led = false;
    for (Long id : newest.confState().members()) {
      Member member = member(id);
      Status status = member.raft.status();
      if (!member.applied().equals(newest) || status.lastIndex() != newest.index()) {
        return false;
      }
      led |= status.role() == Role.LEADER;
    }
    return led && newest.index() > 0;
  }

  private void settle() {
    boolean moved = true;
    for (int i = 0; moved; i++) {
      if (i == 1000) {
        throw new AssertionError("messages without end: " + wire + describe());
      }
      moved = !wire.isEmpty();
      List<Message> batch = new ArrayList<>(wire);
      wire.clear();
      for (Message message : batch) {
        deliver(message, false);
      }
      report();
      for (Member member : list) {
        while (member.raft.hasReady()
            || !member.appending.isEmpty()
            || !member.applying.isEmpty()) {
          moved = true;
          takeReady(member);
          completeAppend(member);
          // The commit is judged by the configuration it was made in.
          invariants.after(member);
          completeApply(member);
          invariants.after(member);
        }
      }
    }
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (Member member : list) {
      text.append('\n').append(member.raft.status()).append(' ').append(member.applied());
    }
    return text.toString();
  }
}
