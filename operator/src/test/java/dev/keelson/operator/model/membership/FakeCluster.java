package dev.keelson.operator.model.membership;

import static dev.keelson.operator.model.membership.FakeWorld.require;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.model.membership.FakeWorld.Pod;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes and a consensus cluster in memory, as far as the planner can tell them from real ones.
 * Its own checks are the point: a step that breaks a rule of the package fails here at once, and a
 * write counts as acknowledged only when a majority of voters has it.
 */
final class FakeCluster {
  static final String ID = "cafe";

  final List<Step> steps = new ArrayList<>();
  private final FakeWorld world = new FakeWorld();
  private final FakeExecution execution = new FakeExecution(world);
  private final FakePassage passage = new FakePassage(world);
  private @Nullable Instant silent;

  void spec(ClusterSpec changed) {
    world.spec = changed;
  }

  /** As a new image: all Pods that there are have the old one. */
  void newRevision() {
    world.revision++;
  }

  /** The member falls behind: it answers, and applies nothing more. */
  void lag(long serial) {
    world.lagging = serial;
  }

  boolean anyOutdated() {
    return world.pods.values().stream().anyMatch(pod -> pod.revision != world.revision);
  }

  void learnersStick(boolean stick) {
    world.learnersStick = stick;
    world.members.values().forEach(member -> member.stuck = stick && member.learner);
  }

  Observation observe() {
    TreeMap<Long, PodView> podViews = new TreeMap<>();
    world.pods.forEach((s, p) -> podViews.put(s, view(s, p)));
    TreeMap<Long, DiskView> diskViews = new TreeMap<>();
    world.disks.forEach((s, d) -> diskViews.put(s, new DiskView(d.state, d.terminating, d.since)));
    Membership listed = list();
    Instant silentBefore = listed == null ? silent : null;
    silent = listed != null ? null : silent == null ? world.now : silent;
    return new Observation(
        Wanted.of(world.spec),
        world.lastSerial,
        world.recoveries,
        world.clusterId,
        world.operation,
        listed,
        podViews,
        diskViews,
        answers(),
        silentBefore,
        world.now);
  }

  private PodView view(long serial, Pod pod) {
    return new PodView(
        pod.state,
        pod.serving,
        pod.revision != world.revision,
        pod.forced,
        "z" + serial % 3,
        pod.since);
  }

  private NavigableMap<Long, AnswerView> answers() {
    TreeMap<Long, AnswerView> answers = new TreeMap<>();
    world.members.forEach(
        (serial, member) -> {
          if (world.healthy(serial)) {
            answers.put(serial, new AnswerView(ID, member.learner, member.applied));
          }
        });
    return answers;
  }

  private @Nullable Membership list() {
    if (!world.quorumAlive()) {
      return null;
    }
    List<MemberView> views = new ArrayList<>();
    world.members.forEach(
        (serial, member) ->
            views.add(
                new MemberView(
                    serial,
                    member.learner,
                    serial == world.leader,
                    world.healthy(serial),
                    member.applied == world.acknowledged,
                    member.applied,
                    world.silentSince.getOrDefault(serial, Instant.EPOCH))));
    return new Membership(ID, views);
  }

  boolean healthy(long serial) {
    return world.healthy(serial);
  }

  boolean quorumAlive() {
    return world.quorumAlive();
  }

  List<Long> voters() {
    return world.voters();
  }

  /** The disks that were put away, and what they were. */
  Map<Long, DiskState> retained() {
    return world.retained;
  }

  /** Does one step, if it is allowed. */
  void execute(Step step) {
    steps.add(step);
    execution.execute(step);
  }

  /** Time passes: Pods start and end, learners copy, clients write. */
  void tick() {
    passage.tick();
  }

  /** Its process ends whenever it starts; its disk is well. */
  void breakProcess(long serial) {
    require(world.pods.get(serial), serial).broken = true;
    require(world.pods.get(serial), serial).state = PodState.CRASH_LOOPING;
  }

  void losePod(long serial) {
    world.pods.remove(serial);
    world.elect();
  }

  void endPod(long serial) {
    Pod pod = world.pods.get(serial);
    if (pod != null) {
      pod.state = PodState.TERMINAL;
      world.elect();
    }
  }

  void loseDisk(long serial) {
    world.loseDisk(serial);
  }

  /** The node burns: Pod and disk are gone at once, and what nobody else had, without a quorum. */
  void burn(long serial) {
    boolean quorum = world.quorumAlive();
    world.pods.remove(serial);
    world.disks.remove(serial);
    if (!quorum) {
      long left =
          world.voters().stream()
              .filter(world::hasData)
              .mapToLong(voter -> world.member(voter).applied)
              .max()
              .orElse(0);
      world.acknowledged = Math.min(world.acknowledged, left);
    }
    world.elect();
  }

  /** Whether no other voter has a disk. */
  boolean hasTheOnlyCopy(long serial) {
    return world.voters().stream()
        .filter(world.disks::containsKey)
        .toList()
        .equals(List.of(serial));
  }

  boolean hasTraceOf(long serial) {
    return world.pods.containsKey(serial) || world.disks.containsKey(serial);
  }

  void removeByHand(long serial) {
    world.members.remove(serial);
    world.elect();
  }

  /** The status is lost, as when the resource is deleted and made again. */
  void forgetStatus() {
    world.clusterId = null;
    world.operation = null;
    world.lastSerial = 0;
    world.recoveries = 0;
  }

  long leader() {
    return world.leader;
  }

  long acknowledged() {
    return world.acknowledged;
  }

  long lastSerial() {
    return world.lastSerial;
  }

  long recoveries() {
    return world.recoveries;
  }

  @Nullable Operation operation() {
    return world.operation;
  }

  List<Long> podSerials() {
    return List.copyOf(world.pods.keySet());
  }

  List<Long> diskSerials() {
    return List.copyOf(world.disks.keySet());
  }

  List<Long> memberSerials() {
    return List.copyOf(world.members.keySet());
  }
}
