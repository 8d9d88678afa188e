package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import dev.keelson.operator.model.membership.Step.StatusStep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes and a consensus cluster in memory, as far as the planner can tell them from real ones.
 * Its own checks are the point: a step that breaks a rule of the package fails here at once, and a
 * write counts as acknowledged only when a majority of voters has it.
 */
final class FakeCluster {
  static final String ID = "cafe";
  private static final int TICKS_TO_CATCH_UP = 2;
  private static final EnumSet<PodState> ENDING =
      EnumSet.of(PodState.TERMINAL, PodState.TERMINATING);

  private static final class Member {
    boolean learner;
    boolean started;
    boolean stuck;
    long applied;
    int ticks;
  }

  private static final class Disk {
    DiskState state = DiskState.JOINING;
    boolean terminating;
    boolean hasData;
    Instant since = Instant.EPOCH;
  }

  private static final class Pod {
    PodState state = PodState.PENDING;
    boolean serving = true;
    int revision;
    boolean forced;
    boolean broken;
    Instant since = Instant.EPOCH;
  }

  final List<Step> steps = new ArrayList<>();
  final TreeMap<Long, DiskState> retained = new TreeMap<>();
  private final TreeMap<Long, Member> members = new TreeMap<>();
  private final TreeMap<Long, Disk> disks = new TreeMap<>();
  private final TreeMap<Long, Pod> pods = new TreeMap<>();
  private final TreeMap<Long, Instant> silentSince = new TreeMap<>();
  private ClusterSpec spec = ClusterSpec.defaults();
  private Instant now = Instant.EPOCH;
  private long lastSerial;
  private long recoveries;
  private @Nullable String clusterId;
  private @Nullable Operation operation;
  private long leader;
  private long acknowledged;
  private boolean learnersStick;
  private int revision;
  private long lagging;
  private @Nullable Instant silent;

  void spec(ClusterSpec changed) {
    spec = changed;
  }

  /** As a new image: all Pods that there are have the old one. */
  void newRevision() {
    revision++;
  }

  /** The member falls behind: it answers, and applies nothing more. */
  void lag(long serial) {
    lagging = serial;
  }

  boolean anyOutdated() {
    return pods.values().stream().anyMatch(pod -> pod.revision != revision);
  }

  void learnersStick(boolean stick) {
    learnersStick = stick;
    members.values().forEach(member -> member.stuck = stick && member.learner);
  }

  Observation observe() {
    TreeMap<Long, PodView> podViews = new TreeMap<>();
    pods.forEach((s, p) -> podViews.put(s, view(s, p)));
    TreeMap<Long, DiskView> diskViews = new TreeMap<>();
    disks.forEach((s, d) -> diskViews.put(s, new DiskView(d.state, d.terminating, d.since)));
    Membership listed = list();
    Instant silentBefore = listed == null ? silent : null;
    silent = listed != null ? null : silent == null ? now : silent;
    return new Observation(
        Wanted.of(spec),
        lastSerial,
        recoveries,
        clusterId,
        operation,
        listed,
        podViews,
        diskViews,
        answers(),
        silentBefore,
        now);
  }

  private PodView view(long serial, Pod pod) {
    return new PodView(
        pod.state, pod.serving, pod.revision != revision, pod.forced, "z" + serial % 3, pod.since);
  }

  private NavigableMap<Long, AnswerView> answers() {
    TreeMap<Long, AnswerView> answers = new TreeMap<>();
    members.forEach(
        (serial, member) -> {
          if (healthy(serial)) {
            answers.put(serial, new AnswerView(ID, member.learner, member.applied));
          }
        });
    return answers;
  }

  private @Nullable Membership list() {
    if (!quorumAlive()) {
      return null;
    }
    List<MemberView> views = new ArrayList<>();
    members.forEach(
        (serial, member) ->
            views.add(
                new MemberView(
                    serial,
                    member.learner,
                    serial == leader,
                    healthy(serial),
                    member.applied == acknowledged,
                    member.applied,
                    silentSince.getOrDefault(serial, Instant.EPOCH))));
    return new Membership(ID, views);
  }

  boolean healthy(long serial) {
    Pod pod = pods.get(serial);
    Disk disk = disks.get(serial);
    return members.containsKey(serial)
        && disk != null
        && disk.hasData
        && pod != null
        && (pod.state == PodState.READY || pod.state == PodState.RUNNING);
  }

  boolean quorumAlive() {
    return QuorumGuard.holds(voters().size(), healthyVoters());
  }

  private int healthyVoters() {
    return (int) voters().stream().filter(this::healthy).count();
  }

  List<Long> voters() {
    return members.keySet().stream().filter(s -> !member(s).learner).toList();
  }

  /** Does one step, if it is allowed. */
  void execute(Step step) {
    steps.add(step);
    boolean before = quorumAlive();
    boolean allowed =
        before || clusterId == null || spec.replicas() == 0 || revives(step) || recovers(step);
    check(allowed, step + " without a quorum");
    switch (step) {
      case StatusStep status -> write(status);
      case Step.CreateDisk s -> createDisk(s);
      case Step.RecordVoter s -> require(disks.get(s.serial()), s).state = DiskState.VOTER;
      case Step.DeleteDisk s -> deleteDisk(s.serial());
      case Step.RetainDisk s -> retainDisk(s.serial());
      case Step.StartPod s -> startPod(s);
      case Step.SetServing s -> require(pods.get(s.serial()), s).serving = s.serving();
      case Step.DeletePod s -> deletePod(s.serial());
      case Step.AddLearner s -> addLearner(s.serial());
      case Step.Promote s -> promote(s.serial());
      case Step.MoveLeader s -> {
        check(healthy(s.serial()) && !member(s.serial()).learner, "leadership to a dead one");
        leader = s.serial();
      }
      case Step.RemoveMember s -> remove(s.serial());
      case Step.AwaitCatchUp s -> {}
      case Step.Wait s -> {}
    }
    boolean stopping =
        spec.replicas() == 0 || (step instanceof Step.DeletePod && voters().size() <= 2);
    check(!before || quorumAlive() || stopping, step + " cost the quorum");
  }

  /** What may be done while the quorum is lost: bring back Pods that are gone, and wait. */
  private boolean revives(Step step) {
    return switch (step) {
      case Step.StartPod s -> true;
      case Step.DeletePod s -> ENDING.contains(require(pods.get(s.serial()), s).state);
      case Step.OutsideStep s -> false;
      case StatusStep s -> s.equals(new Step.Finish());
      case Step.IdleStep s -> true;
    };
  }

  /** What a recovery that is on record may do, and putting on record one that was asked for. */
  private boolean recovers(Step step) {
    if (recovering()) {
      return true;
    }
    RecoveryRequest request = Wanted.of(spec).recovery();
    return step instanceof Step.Begin begin
        && begin.operation().type() == OperationType.Recover
        && request != null
        && request.clusterId().equals(clusterId)
        && request.number() == recoveries + 1;
  }

  private boolean recovering() {
    return operation != null && operation.type() == OperationType.Recover;
  }

  private void write(StatusStep step) {
    switch (step) {
      case Step.Bootstrap s -> {
        clusterId = s.clusterId();
        operation = null;
      }
      case Step.Reserve s -> {
        check(s.lastSerial() >= lastSerial, "serial numbers went back");
        operation = s.operation();
        lastSerial = s.lastSerial();
      }
      case Step.Begin s -> {
        operation = s.operation();
        RecoveryRequest request = Wanted.of(spec).recovery();
        if (recovering() && request != null && request.serial() != null) {
          // Who names a member gives up what only others have.
          acknowledged = Math.min(acknowledged, member(request.serial()).applied);
        }
      }
      case Step.RollBack s -> operation = s.operation();
      case Step.Recovered s -> {
        check(s.number() == recoveries + 1, "a recovery counted twice");
        check(pods.values().stream().noneMatch(pod -> pod.forced), "a Pod that forces is left");
        recoveries = s.number();
        operation = null;
      }
      case Step.Finish s -> operation = null;
    }
  }

  private void createDisk(Step.CreateDisk step) {
    check(step.serial() <= lastSerial, "a disk for a number that was not reserved");
    check(
        !members.containsKey(step.serial()) || clusterId == null,
        "an empty disk for a member that is listed");
    Disk disk = new Disk();
    disk.state = step.state();
    disk.since = now;
    disks.putIfAbsent(step.serial(), disk);
  }

  private void deleteDisk(long serial) {
    check(!members.containsKey(serial), "the disk of a listed member deleted");
    loseDisk(serial);
  }

  private void retainDisk(long serial) {
    check(
        !members.containsKey(serial) || (recovering() && !pods.containsKey(serial)),
        "the disk of a listed member put away");
    Disk disk = disks.remove(serial);
    if (disk != null) {
      retained.put(serial, disk.state);
    }
  }

  private void startPod(Step.StartPod step) {
    check(disks.containsKey(step.serial()), "a Pod without a disk");
    check(step.peers().contains(step.serial()), "a Pod that does not know itself");
    if (step.mode() == StartMode.FORCED) {
      force(step.serial());
    }
    if (step.mode() == StartMode.SEED) {
      check(clusterId == null, "a second cluster");
      members.computeIfAbsent(step.serial(), s -> new Member());
    } else {
      check(
          members.containsKey(step.serial()) || hasData(step.serial()),
          "an empty member started that is not listed");
    }
    Pod pod = new Pod();
    pod.since = now;
    pod.revision = revision;
    pod.forced = step.mode() == StartMode.FORCED;
    pods.putIfAbsent(step.serial(), pod);
  }

  private void force(long serial) {
    check(recovering(), "a member forced without a recovery on record");
    check(members.size() == 1 || !quorumAlive(), "a member forced beside a quorum");
    check(pods.keySet().stream().allMatch(s -> s == serial), "a member forced beside another Pod");
    check(
        disks.entrySet().stream().allMatch(d -> d.getKey() == serial || d.getValue().terminating),
        "a member forced beside another disk");
  }

  private boolean hasData(long serial) {
    Disk disk = disks.get(serial);
    return disk != null && disk.hasData;
  }

  private void deletePod(long serial) {
    Pod pod = pods.get(serial);
    if (pod != null) {
      check(
          serial != leader || voters().size() == 1 || spec.replicas() == 0,
          "the leader's Pod deleted without moving its office");
      pod.state = PodState.TERMINATING;
      elect();
    }
  }

  private void addLearner(long serial) {
    check(quorumAlive() && leader != 0, "a change of membership without quorum");
    Member member = new Member();
    member.learner = true;
    member.stuck = learnersStick;
    members.putIfAbsent(serial, member);
    check(members.values().stream().filter(m -> m.learner).count() <= 2, "too many learners");
  }

  private void promote(long serial) {
    Member member = require(members.get(serial), serial);
    check(member.applied == acknowledged, "a learner promoted that has not caught up");
    check(
        members.values().stream().noneMatch(m -> m.learner && m.applied != acknowledged),
        "one of a pair promoted before the other caught up");
    member.learner = false;
  }

  private void remove(long serial) {
    check(quorumAlive(), "a change of membership without quorum");
    check(serial != leader, "the leader removed without moving its office");
    check(
        voters().size() > 1 || !members.containsKey(serial) || member(serial).learner,
        "the last voter removed");
    members.remove(serial);
  }

  /** Time passes: Pods start and end, learners copy, clients write. */
  void tick() {
    now = now.plus(Duration.ofSeconds(15));
    pods.entrySet().removeIf(pod -> pod.getValue().state == PodState.TERMINATING);
    disks.entrySet().removeIf(d -> d.getValue().terminating && !pods.containsKey(d.getKey()));
    pods.forEach(this::advance);
    elect();
    if (quorumAlive() && clusterId != null) {
      acknowledged++;
    }
    members.forEach(this::replicate);
    for (long serial : members.keySet()) {
      if (healthy(serial)) {
        silentSince.remove(serial);
      } else {
        silentSince.putIfAbsent(serial, now);
      }
    }
    check(durable(), "an acknowledged write is on no quorum's disks");
  }

  private void advance(long serial, Pod pod) {
    Disk disk = disks.get(serial);
    if (disk == null || pod.state == PodState.TERMINAL) {
      return;
    }
    Member member = members.get(serial);
    if (member != null && !disk.hasData && (!member.started || clusterId == null)) {
      disk.hasData = true;
      member.started = true;
    }
    if (pod.forced && member != null && disk.hasData) {
      // At every start of its process, which can be at any time.
      members.keySet().removeIf(other -> other != serial);
      acknowledged = member.applied;
      lagging = 0;
    }
    PodState next =
        !disk.hasData || pod.broken
            ? PodState.CRASH_LOOPING
            : member == null || member.learner ? PodState.RUNNING : PodState.READY;
    if (pod.state != next) {
      pod.state = next;
      pod.since = now;
    }
  }

  private void replicate(long serial, Member member) {
    if (!quorumAlive() || !healthy(serial) || serial == lagging) {
      return;
    }
    member.ticks++;
    if (!member.learner || (!member.stuck && member.ticks > TICKS_TO_CATCH_UP)) {
      member.applied = acknowledged;
    }
  }

  private void elect() {
    if (!quorumAlive()) {
      leader = 0;
    } else if (!healthy(leader) || !voters().contains(leader)) {
      leader =
          voters().stream()
              .filter(this::healthy)
              .max(Comparator.comparing(s -> member(s).applied))
              .orElse(0L);
    }
  }

  private boolean durable() {
    return acknowledged == 0
        || members.entrySet().stream()
            .anyMatch(
                member ->
                    !member.getValue().learner
                        && member.getValue().applied >= acknowledged - 1
                        && disks.containsKey(member.getKey()));
  }

  /** Its process ends whenever it starts; its disk is well. */
  void breakProcess(long serial) {
    require(pods.get(serial), serial).broken = true;
    require(pods.get(serial), serial).state = PodState.CRASH_LOOPING;
  }

  void losePod(long serial) {
    pods.remove(serial);
    elect();
  }

  void endPod(long serial) {
    Pod pod = pods.get(serial);
    if (pod != null) {
      pod.state = PodState.TERMINAL;
      elect();
    }
  }

  /** As {@code kubectl delete pvc}: it goes once no Pod uses it. */
  void loseDisk(long serial) {
    Disk disk = disks.get(serial);
    if (disk != null && !disk.terminating) {
      disk.terminating = true;
      disk.since = now;
    }
  }

  /** The node burns: Pod and disk are gone at once, and what nobody else had, without a quorum. */
  void burn(long serial) {
    boolean quorum = quorumAlive();
    pods.remove(serial);
    disks.remove(serial);
    if (!quorum) {
      long left =
          voters().stream()
              .filter(this::hasData)
              .mapToLong(voter -> member(voter).applied)
              .max()
              .orElse(0);
      acknowledged = Math.min(acknowledged, left);
    }
    elect();
  }

  /** Whether no other voter has a disk. */
  boolean hasTheOnlyCopy(long serial) {
    return voters().stream().filter(disks::containsKey).toList().equals(List.of(serial));
  }

  boolean hasTraceOf(long serial) {
    return pods.containsKey(serial) || disks.containsKey(serial);
  }

  void removeByHand(long serial) {
    members.remove(serial);
    elect();
  }

  /** The status is lost, as when the resource is deleted and made again. */
  void forgetStatus() {
    clusterId = null;
    operation = null;
    lastSerial = 0;
    recoveries = 0;
  }

  long leader() {
    return leader;
  }

  long acknowledged() {
    return acknowledged;
  }

  long lastSerial() {
    return lastSerial;
  }

  long recoveries() {
    return recoveries;
  }

  @Nullable Operation operation() {
    return operation;
  }

  List<Long> podSerials() {
    return List.copyOf(pods.keySet());
  }

  List<Long> diskSerials() {
    return List.copyOf(disks.keySet());
  }

  List<Long> memberSerials() {
    return List.copyOf(members.keySet());
  }

  private Member member(long serial) {
    return Objects.requireNonNull(members.get(serial));
  }

  private static <T> T require(@Nullable T value, Object what) {
    check(value != null, what + " has no object");
    return Objects.requireNonNull(value);
  }

  private static void check(boolean rule, String broken) {
    if (!rule) {
      throw new AssertionError(broken);
    }
  }
}
