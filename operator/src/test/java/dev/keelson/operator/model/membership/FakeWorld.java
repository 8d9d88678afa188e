package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.api.v1alpha1.OperationType;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What there is of a {@link FakeCluster}: its status, Pods, disks and members; who leads. */
final class FakeWorld {
  static final class Member {
    boolean learner;
    boolean started;
    boolean stuck;
    long applied;
    int ticks;
  }

  static final class Disk {
    DiskState state = DiskState.JOINING;
    boolean terminating;
    boolean hasData;
    Instant since = Instant.EPOCH;
  }

  static final class Pod {
    PodState state = PodState.PENDING;
    boolean serving = true;
    int revision;
    boolean forced;
    boolean broken;
    Instant since = Instant.EPOCH;
  }

  final TreeMap<Long, Member> members = new TreeMap<>();
  final TreeMap<Long, Disk> disks = new TreeMap<>();
  final TreeMap<Long, Pod> pods = new TreeMap<>();
  final TreeMap<Long, DiskState> retained = new TreeMap<>();

  /** Members that do not answer, and since when. */
  final TreeMap<Long, Instant> silentSince = new TreeMap<>();

  ClusterSpec spec = ClusterSpec.defaults();
  Instant now = Instant.EPOCH;
  long lastSerial;
  long recoveries;
  @Nullable String clusterId;
  @Nullable Operation operation;
  long leader;

  /** Writes that clients were told to be safe. */
  long acknowledged;

  /** Whether new learners never catch up. */
  boolean learnersStick;

  /** Of the image and the rest of what a Pod is made from. */
  int revision;

  /** The member that applies nothing more; 0 for none. */
  long lagging;

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

  boolean recovering() {
    return operation != null && operation.type() == OperationType.Recover;
  }

  boolean hasData(long serial) {
    Disk disk = disks.get(serial);
    return disk != null && disk.hasData;
  }

  /** As {@code kubectl delete pvc}: it goes once no Pod uses it. */
  void loseDisk(long serial) {
    Disk disk = disks.get(serial);
    if (disk != null && !disk.terminating) {
      disk.terminating = true;
      disk.since = now;
    }
  }

  void elect() {
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

  Member member(long serial) {
    return Objects.requireNonNull(members.get(serial));
  }

  static <T> T require(@Nullable T value, Object what) {
    check(value != null, what + " has no object");
    return Objects.requireNonNull(value);
  }

  static void check(boolean rule, String broken) {
    if (!rule) {
      throw new AssertionError(broken);
    }
  }
}
