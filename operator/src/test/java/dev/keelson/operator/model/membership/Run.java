package dev.keelson.operator.model.membership;

import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.EvenReplicas;
import dev.keelson.operator.api.v1alpha1.RecoveryMode;
import dev.keelson.operator.api.v1alpha1.RecoverySpec;
import dev.keelson.operator.model.membership.Step.IdleStep;
import dev.keelson.operator.model.membership.Step.Wait;
import org.jspecify.annotations.Nullable;

/** Drives a {@link FakeCluster} by the planner, with a fault at one chosen moment. */
final class Run {
  private static final int LIMIT = 1_000;

  /** In ticks of 15 s: longer than every grace of the specification. */
  private static final int QUIET = 22;

  final FakeCluster cluster = new FakeCluster();
  private RecoverySpec recovery = ClusterSpec.defaults().recovery();
  private int replicas;

  static Run at(int replicas) {
    Run run = new Run();
    run.scale(replicas);
    run.settle();
    return run;
  }

  static ClusterSpec replicas(int number, EvenReplicas rule) {
    return spec(number, rule, ClusterSpec.defaults().recovery());
  }

  private static ClusterSpec spec(int number, EvenReplicas rule, RecoverySpec recovery) {
    ClusterSpec d = ClusterSpec.defaults();
    return new ClusterSpec(
        number,
        rule,
        d.version(),
        d.image(),
        d.storage(),
        d.pod(),
        d.config(),
        d.tls(),
        d.membership(),
        d.repair(),
        d.service(),
        d.auth(),
        d.bootstrap(),
        d.upgrade(),
        recovery,
        d.backup(),
        d.deletionProtection(),
        d.paused());
  }

  void scale(int number) {
    replicas = number;
    cluster.spec(spec(replicas, EvenReplicas.Warn, recovery));
  }

  /** A person asks for a recovery; null for the member leaves the choice. */
  void recover(int number, @Nullable String member) {
    recover(number, member, FakeCluster.ID);
  }

  void recover(int number, @Nullable String member, String clusterId) {
    recovery = new RecoverySpec(RecoveryMode.FromMember, member, clusterId, number);
    scale(replicas);
  }

  void withdrawRecovery() {
    recovery = ClusterSpec.defaults().recovery();
    scale(replicas);
  }

  Step next() {
    return Planner.next(cluster.observe());
  }

  /** One step; time passes only when there is nothing to do. */
  Step once() {
    Step step = next();
    cluster.execute(step);
    if (step instanceof IdleStep) {
      cluster.tick();
    }
    return step;
  }

  void steps(int count) {
    for (int i = 0; i < count; i++) {
      once();
    }
  }

  /** Until the answer stays the same with nothing under way; the number of steps it took. */
  int settle() {
    int quiet = 0;
    for (int i = 0; i < LIMIT; i++) {
      quiet = settled(once()) ? quiet + 1 : 0;
      if (quiet > QUIET) {
        return i - QUIET;
      }
    }
    throw new AssertionError("does not settle: " + tail());
  }

  private boolean settled(Step step) {
    return step instanceof Wait wait
        && (wait.reason() == WaitReason.STEADY
            || wait.reason() == WaitReason.HIBERNATED
            || wait.reason() == WaitReason.QUORUM_LOST
            || wait.reason() == WaitReason.RECOVERY_REFUSED);
  }

  private String tail() {
    var steps = cluster.steps;
    return steps.subList(Math.max(0, steps.size() - 12), steps.size()).toString();
  }
}
