package dev.keelson.operator.model;

import dev.keelson.operator.api.v1alpha1.ClusterPhase;
import dev.keelson.operator.api.v1alpha1.ClusterSpec;
import dev.keelson.operator.api.v1alpha1.Operation;
import dev.keelson.operator.model.membership.MemberView;
import dev.keelson.operator.model.membership.Membership;
import dev.keelson.operator.model.membership.PodState;
import dev.keelson.operator.model.membership.PodView;
import dev.keelson.operator.model.membership.QuorumGuard;
import dev.keelson.operator.model.membership.RecoveryPlan;
import dev.keelson.operator.model.membership.TargetSize;
import dev.keelson.operator.model.membership.WaitReason;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a situation means, as conditions: each says what is so, why, and for which generation. */
public final class ClusterConditions {
  /** Clients are served. */
  public static final String AVAILABLE = "Available";

  /** A majority of voters answers. */
  public static final String QUORUM_HEALTHY = "QuorumHealthy";

  /** A change is under way. */
  public static final String PROGRESSING = "Progressing";

  /** Something is not as it should be, though clients may be served. */
  public static final String DEGRADED = "Degraded";

  /** An even number of voters is aimed at. */
  public static final String EVEN_REPLICAS = "EvenReplicas";

  /** Certificates are there and will not end soon. */
  public static final String CERTIFICATES_VALID = "CertificatesValid";

  /** Disks are growing. */
  public static final String STORAGE_RESIZING = "StorageResizing";

  /** All members run with the present specification. */
  public static final String CONFIG_APPLIED = "ConfigApplied";

  /** The last verified backup is not older than asked for. */
  public static final String BACKUP_FRESH = "BackupFresh";

  private final ClusterSpec spec;
  private final Situation situation;
  private final Conditions conditions;

  private ClusterConditions(ClusterSpec spec, Situation situation, Conditions conditions) {
    this.spec = spec;
    this.situation = situation;
    this.conditions = conditions;
  }

  /** The conditions of a situation; a condition that stays as it was keeps its time. */
  public static List<Condition> of(
      ClusterSpec spec, long generation, List<Condition> before, Situation situation) {
    Conditions conditions = new Conditions(before, generation, situation.observation().now());
    new ClusterConditions(spec, situation, conditions).all();
    return conditions.list();
  }

  /** One word for a person. */
  public static ClusterPhase phase(Situation situation, List<Condition> conditions) {
    WaitReason waiting = situation.waiting();
    if (waiting == WaitReason.PAUSED) {
      return ClusterPhase.Paused;
    }
    if (waiting == WaitReason.HIBERNATED) {
      return ClusterPhase.Hibernated;
    }
    if (situation.observation().clusterId() == null) {
      return ClusterPhase.Creating;
    }
    if (waiting == WaitReason.QUORUM_LOST || waiting == WaitReason.RECOVERY_REFUSED) {
      return ClusterPhase.QuorumLost;
    }
    if (Conditions.isTrue(conditions, PROGRESSING)) {
      return ClusterPhase.Changing;
    }
    return Conditions.isTrue(conditions, AVAILABLE) && !Conditions.isTrue(conditions, DEGRADED)
        ? ClusterPhase.Running
        : ClusterPhase.Degraded;
  }

  private void all() {
    available();
    quorum();
    progressing();
    degraded();
    int target = TargetSize.of(spec);
    boolean even = target > 0 && target % 2 == 0;
    conditions.set(
        EVEN_REPLICAS,
        even,
        even ? "EvenNumber" : "OddNumber",
        even
            ? target + " voters bear no more failures than " + (target - 1)
            : "an odd number of voters, or none");
    unlessProblem(CERTIFICATES_VALID, true, "AsWanted", "certificates are as wanted");
    unlessProblem(STORAGE_RESIZING, false, "AsWanted", "disks have the size that is wanted");
    configApplied();
    backupFresh();
    conditions.set(
        "Paused", spec.paused(), spec.paused() ? "AsWanted" : "NotWanted", "spec.paused");
    boolean hibernated = situation.waiting() == WaitReason.HIBERNATED;
    conditions.set(
        "Hibernated", hibernated, hibernated ? "AsWanted" : "NotWanted", "spec.replicas is 0");
  }

  private void available() {
    Membership membership = situation.observation().membership();
    boolean served =
        situation.observation().pods().values().stream()
            .anyMatch(pod -> pod.serving() && pod.state() == PodState.READY);
    if (membership != null && membership.hasLeader() && served) {
      conditions.set(AVAILABLE, true, "Serving", "the cluster has a leader and serves clients");
      return;
    }
    WaitReason waiting = situation.waiting();
    String reason =
        switch (waiting) {
          case HIBERNATED -> "Hibernated";
          case QUORUM_LOST, RECOVERY_REFUSED -> "QuorumLost";
          case FOREIGN_CLUSTER -> "ForeignCluster";
          case NO_ANSWER -> "NoAnswer";
          case null, default -> membership == null ? "Starting" : "NotReady";
        };
    conditions.set(AVAILABLE, false, reason, explain(reason));
  }

  private String explain(String reason) {
    return switch (reason) {
      case "Hibernated" -> "all Pods are stopped, as spec.replicas says; all disks are kept";
      case "QuorumLost" ->
          "no majority of members answers and none is starting. Nothing is touched. If the lost"
              + " disks come back, so does the cluster. If they never will, either spec.recovery:"
              + " {mode: FromMember, confirmClusterID: \""
              + situation.observation().clusterId()
              + "\", number: "
              + (situation.observation().recoveries() + 1)
              + "} goes on from the member that has most and gives up the others, or a new cluster"
              + " starts from a backup";
      case "ForeignCluster" ->
          "the members answer as another cluster than status.clusterID; nothing is touched";
      case "NoAnswer" -> "no majority of members answers since a moment ago";
      case "Starting" -> "members were started and do not answer yet";
      default -> "no member is ready to serve clients";
    };
  }

  private void quorum() {
    Membership membership = situation.observation().membership();
    if (membership == null) {
      boolean asleep = situation.waiting() == WaitReason.HIBERNATED;
      conditions.set(
          QUORUM_HEALTHY,
          false,
          asleep ? "Hibernated" : "NoAnswer",
          asleep ? "all Pods are stopped" : "no member could list the members");
      return;
    }
    int voters = membership.voterCount();
    int healthy = membership.healthyVoterCount();
    boolean holds = QuorumGuard.holds(voters, healthy);
    conditions.set(
        QUORUM_HEALTHY,
        holds,
        holds ? "Majority" : "NoMajority",
        healthy + " of " + voters + " voters answer");
  }

  private void progressing() {
    Problem failed = problem(PROGRESSING);
    Operation operation = situation.observation().operation();
    WaitReason waiting = situation.waiting();
    if (failed != null) {
      conditions.set(PROGRESSING, false, failed.reason(), failed.message());
    } else if (waiting == WaitReason.QUORUM_GUARD) {
      conditions.set(
          PROGRESSING,
          false,
          "QuorumGuard",
          "the next step would leave no majority of healthy voters; it waits for them");
    } else if (waiting == WaitReason.RECOVERY_REFUSED) {
      conditions.set(
          PROGRESSING,
          false,
          "RecoveryRefused",
          String.valueOf(RecoveryPlan.objection(situation.observation())));
    } else if (waiting == WaitReason.ROLL_STUCK) {
      conditions.set(
          PROGRESSING,
          false,
          "RollStuck",
          "a restarted member does not come back, so no other is restarted: " + podTroubles());
    } else if (waiting == WaitReason.BACKING_OFF && operation != null) {
      conditions.set(
          PROGRESSING,
          false,
          "BackingOff",
          operation.lastError() + "; next attempt after " + operation.deadline());
    } else if (operation != null) {
      conditions.set(
          PROGRESSING,
          true,
          operation.type().name(),
          operation.step() + ", members " + operation.serials());
    } else {
      conditions.set(
          PROGRESSING,
          waiting == null,
          waiting == null ? "Changing" : "Waiting",
          waiting == null
              ? "a step was just done"
              : "nothing under way: " + Objects.toString(waiting));
    }
  }

  private void degraded() {
    List<String> wrong = new ArrayList<>();
    Membership membership = situation.observation().membership();
    if (membership != null) {
      String silent =
          membership.members().stream()
              .filter(member -> !member.learner() && !member.healthy())
              .map(MemberView::serial)
              .map(serial -> serial == 0 ? "one not made by the operator" : "" + serial)
              .collect(Collectors.joining(", "));
      if (!silent.isEmpty()) {
        wrong.add("members that do not answer: " + silent);
      }
    }
    for (Problem problem : situation.problems()) {
      if (problem.about().equals(DEGRADED)) {
        wrong.add(problem.message());
      }
    }
    if (wrong.isEmpty()) {
      conditions.set(DEGRADED, false, "AsWanted", "all members answer");
    } else {
      Problem first = problem(DEGRADED);
      conditions.set(
          DEGRADED, true, first == null ? "MemberDown" : first.reason(), String.join("; ", wrong));
    }
  }

  private String podTroubles() {
    return situation.problems().stream()
        .filter(problem -> problem.about().equals(DEGRADED))
        .map(Problem::message)
        .collect(Collectors.joining("; "));
  }

  private void configApplied() {
    Problem problem = problem(CONFIG_APPLIED);
    if (problem != null) {
      conditions.set(CONFIG_APPLIED, false, problem.reason(), problem.message());
      return;
    }
    String outdated =
        situation.observation().pods().entrySet().stream()
            .filter(pod -> pod.getValue().outdated())
            .map(Map.Entry<Long, PodView>::getKey)
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    conditions.set(
        CONFIG_APPLIED,
        outdated.isEmpty(),
        outdated.isEmpty() ? "AsWanted" : "Outdated",
        outdated.isEmpty()
            ? "all members run with the present specification"
            : "members with older settings: " + outdated);
  }

  /** Only where an age is asked for; nothing is said about what nobody asked. */
  private void backupFresh() {
    Integer limit = spec.backup().maxAgeSeconds();
    if (limit == null) {
      return;
    }
    String last = situation.lastVerified();
    if (last == null) {
      conditions.set(BACKUP_FRESH, false, "NoVerifiedBackup", "no backup was verified yet");
      return;
    }
    Duration age = Duration.between(Instant.parse(last), situation.observation().now());
    boolean fresh = age.compareTo(Duration.ofSeconds(limit)) <= 0;
    conditions.set(
        BACKUP_FRESH,
        fresh,
        fresh ? "Fresh" : "TooOld",
        "the last verified backup is of " + last + ", and " + limit + " s are allowed");
  }

  /** A problem turns the condition to the other side. */
  private void unlessProblem(String type, boolean usual, String reason, String message) {
    Problem problem = problem(type);
    if (problem == null) {
      conditions.set(type, usual, reason, message);
    } else {
      conditions.set(type, !usual, problem.reason(), problem.message());
    }
  }

  private @Nullable Problem problem(String about) {
    return situation.problems().stream()
        .filter(problem -> problem.about().equals(about))
        .findFirst()
        .orElse(null);
  }
}
