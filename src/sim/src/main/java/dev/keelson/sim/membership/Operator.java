package dev.keelson.sim.membership;

import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberListResponse;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.sim.client.Calls;
import dev.keelson.sim.client.Directory;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import io.grpc.MethodDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Changes the membership as a careful operator does: asks who belongs to the cluster, sees to it
 * that each member has a machine and nobody else, and then asks for one change. What became of a
 * change that was not answered, the next list tells. A URL that has become free is used again: the
 * new member there begins with an empty disk.
 *
 * <p>Two voters are never made one. Both must store the entry that does it; the one that goes may
 * learn first that it is committed, and end, while the one that stays loses power and afterwards
 * needs the other's vote to find out: Raft cannot help there, nor can etcd but by {@code
 * --force-new-cluster}.
 */
public final class Operator {
  private static final long SECOND = 1_000_000_000L;
  private static final long TIMEOUT = 7 * SECOND;
  private static final long CALM_INTERVAL = SECOND / 2;

  private final EventQueue queue;
  private final Chance chance;
  private final Calls calls;
  private final Directory directory;
  private final Machines machines;
  private final Settings settings;
  private final Map<Change, Integer> counts = new EnumMap<>(Change.class);
  private final Deque<String> freeUrls = new ArrayDeque<>();
  private final Set<Long> seen = new HashSet<>();
  private final Set<Long> removed = new HashSet<>();

  /** Whose removal was asked for; it may take effect at any time. */
  private final Set<Long> doomed = new HashSet<>();

  private long lost;
  private boolean calm;
  private boolean settled;

  /**
   * How busy the operator is.
   *
   * @param active whether there are changes at all
   * @param intervalMin nanoseconds between two rounds, at least
   * @param votersMax how many voters there may be
   */
  public record Settings(boolean active, long intervalMin, long intervalMax, int votersMax) {}

  public Operator(
      EventQueue queue,
      Chance chance,
      Calls calls,
      Directory directory,
      Machines machines,
      Settings settings) {
    this.queue = queue;
    this.chance = chance;
    this.calls = calls;
    this.directory = directory;
    this.machines = machines;
    this.settings = settings;
  }

  /** How many changes of each kind succeeded. */
  public Map<Change, Integer> counts() {
    return counts;
  }

  /** Begins. */
  public void start() {
    if (settings.active()) {
      later();
    }
  }

  /** No more changes; what was begun is finished. */
  public void stop() {
    calm = true;
    if (settings.active()) {
      round();
    }
  }

  /** Whether, since {@link #stop}, all machines were seen to be as the membership says. */
  public boolean settled() {
    return settled || !settings.active();
  }

  private void later() {
    long delay =
        calm ? CALM_INTERVAL : chance.delay(settings.intervalMin(), settings.intervalMax());
    var _ = queue.after(delay, Party.WORLD, "operator", this::round);
  }

  /** A list that is not linearizable is better than none: a quorum may need the new machine. */
  private void round() {
    Life to = directory.pick();
    if (settled) {
      return;
    }
    if (to == null) {
      later();
      return;
    }
    boolean linearizable = chance.permille(700);
    calls.unary(
        to,
        ClusterGrpc.getMemberListMethod(),
        MemberListRequest.newBuilder().setLinearizable(linearizable).build(),
        TIMEOUT,
        answer -> {
          MemberListResponse list = answer.response();
          if (list == null) {
            later();
          } else {
            compare(list.getMembersList(), linearizable);
            if (list.getMembersCount() == 0) {
              later(); // a member that has not carried out anything yet
            } else if (calm) {
              settled |= linearizable;
              later();
            } else if (linearizable) {
              change(to, list.getMembersList());
            } else {
              later(); // what a change may cost can be told only from how things are
            }
          }
        });
  }

  private void compare(List<Member> members, boolean linearizable) {
    if (linearizable) {
      Set<Long> now = new HashSet<>();
      members.forEach(member -> now.add(member.getID()));
      removed.addAll(seen);
      removed.removeAll(now);
      seen.addAll(now);
      machines.retireAllBut(now);
      lost = now.contains(lost) ? lost : 0;
    }
    for (Member member : members) {
      if (!removed.contains(member.getID()) && member.getID() != lost) {
        machines.provide(member, members);
      }
    }
  }

  private void change(Life to, List<Member> members) {
    List<Member> voters = members.stream().filter(member -> !member.getIsLearner()).toList();
    List<Member> learners = members.stream().filter(Member::getIsLearner).toList();
    if (lost != 0) {
      remove(to, lost, urlOf(lost, members));
    } else if (!learners.isEmpty() && chance.permille(600)) {
      promote(to, chance.pick(learners));
    } else {
      switch (chance.below(8)) {
        case 0, 1 -> add(to, voters.size(), true);
        case 2 -> add(to, voters.size(), false);
        case 3, 4 -> removeOne(to, voters, members);
        case 5 -> lose(to, voters, members);
        default -> moveLeader(to, chance.pick(members));
      }
    }
  }

  private static String urlOf(long id, List<Member> members) {
    return members.stream()
        .filter(member -> member.getID() == id)
        .map(member -> member.getPeerURLs(0))
        .findFirst()
        .orElse("");
  }

  private void promote(Life to, Member learner) {
    ask(
        to,
        Change.PROMOTE,
        ClusterGrpc.getMemberPromoteMethod(),
        MemberPromoteRequest.newBuilder().setID(learner.getID()).build(),
        () -> {});
  }

  private void add(Life to, int voters, boolean learner) {
    if (voters >= settings.votersMax()) {
      later();
      return;
    }
    String url = freeUrls.isEmpty() ? machines.newUrl() : freeUrls.removeFirst();
    ask(
        to,
        learner ? Change.ADD_LEARNER : Change.ADD_VOTER,
        ClusterGrpc.getMemberAddMethod(),
        MemberAddRequest.newBuilder().addPeerURLs(url).setIsLearner(learner).build(),
        () -> {});
  }

  /**
   * Whether two voters at least are left without this member and all whose removal is under way.
   */
  private boolean canSpare(Member victim, List<Member> voters) {
    long left =
        voters.stream()
            .filter(each -> each.getID() != victim.getID() && !doomed.contains(each.getID()))
            .count();
    return victim.getIsLearner() || left >= 2;
  }

  private void removeOne(Life to, List<Member> voters, List<Member> members) {
    Member victim = chance.pick(members);
    if (!canSpare(victim, voters)) {
      later();
    } else {
      remove(to, victim.getID(), victim.getPeerURLs(0));
    }
  }

  private void remove(Life to, long id, String url) {
    doomed.add(id);
    ask(
        to,
        Change.REMOVE,
        ClusterGrpc.getMemberRemoveMethod(),
        MemberRemoveRequest.newBuilder().setID(id).build(),
        () -> {
          removed.add(id);
          if (!url.isEmpty()) {
            freeUrls.add(url);
          }
        });
  }

  /** Only if a majority of the others is certain to come back. */
  private void lose(Life to, List<Member> voters, List<Member> members) {
    Member victim = chance.pick(members);
    if (voters.size() < 3 || !canSpare(victim, voters) || !machines.allRun()) {
      later();
      return;
    }
    counts.merge(Change.LOSE_MACHINE, 1, Integer::sum);
    lost = victim.getID();
    machines.destroy(lost);
    remove(to, lost, victim.getPeerURLs(0));
  }

  private void moveLeader(Life to, Member target) {
    ask(
        to,
        Change.MOVE_LEADER,
        MaintenanceGrpc.getMoveLeaderMethod(),
        MoveLeaderRequest.newBuilder().setTargetID(target.getID()).build(),
        () -> {});
  }

  private <Q extends MessageLite, R> void ask(
      Life to, Change change, MethodDescriptor<Q, R> method, Q request, Runnable done) {
    queue.note("operator: " + change);
    calls.unary(
        to,
        method,
        request,
        TIMEOUT,
        answer -> {
          if (answer.response() != null) {
            queue.note("operator: done " + change);
            counts.merge(change, 1, Integer::sum);
            done.run();
          }
          later();
        });
  }
}
