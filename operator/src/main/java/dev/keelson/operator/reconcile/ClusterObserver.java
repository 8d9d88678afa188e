package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.ClusterStatus;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.MemberStatus;
import dev.keelson.operator.kubernetes.DiskReader;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.kubernetes.PodReader;
import dev.keelson.operator.member.Access;
import dev.keelson.operator.member.ClusterClient;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.member.ListedMember;
import dev.keelson.operator.member.MemberAddress;
import dev.keelson.operator.member.MemberConnections;
import dev.keelson.operator.member.MemberState;
import dev.keelson.operator.model.ClusterConditions;
import dev.keelson.operator.model.Conditions;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.membership.AnswerView;
import dev.keelson.operator.model.membership.DiskView;
import dev.keelson.operator.model.membership.MemberView;
import dev.keelson.operator.model.membership.Membership;
import dev.keelson.operator.model.membership.Observation;
import dev.keelson.operator.model.membership.PodView;
import dev.keelson.operator.model.membership.Wanted;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Looks at a cluster: its Pods and disks in Kubernetes, its members by asking them. */
final class ClusterObserver {
  private static final String ZONE = "topology.kubernetes.io/zone";

  /** A learner this far behind catches up within a promotion. */
  private static final long MAX_LAG = 5_000;

  private final KubernetesObjects kubernetes;
  private final MemberConnections connections;
  private final MemberPods pods;
  private final Clock clock;
  private final ConcurrentMap<String, String> zones = new ConcurrentHashMap<>();

  ClusterObserver(
      KubernetesObjects kubernetes, MemberConnections connections, MemberPods pods, Clock clock) {
    this.kubernetes = kubernetes;
    this.connections = connections;
    this.pods = pods;
    this.clock = clock;
  }

  Sighting look(KeelsonCluster cluster, Access access) {
    Names names = Names.of(cluster);
    ClusterStatus status = cluster.getStatus();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    List<Problem> problems = new ArrayList<>();
    TreeMap<Long, PodView> podViews = new TreeMap<>();
    Map<MemberAddress, Long> serials = new LinkedHashMap<>();
    for (Pod pod : kubernetes.pods(names)) {
      long serial = PodReader.serial(pod.getMetadata().getLabels());
      if (serial == 0) {
        continue;
      }
      podViews.put(serial, PodReader.view(pod, pods.revision(cluster, serial), zone(pod)));
      String trouble = PodReader.trouble(pod);
      if (trouble != null) {
        problems.add(
            new Problem(
                ClusterConditions.DEGRADED,
                "PodTrouble",
                pod.getMetadata().getName() + " " + trouble));
      }
      String ip = pod.getStatus() == null ? null : pod.getStatus().getPodIP();
      if (ip != null && !ip.isEmpty()) {
        serials.put(new MemberAddress(ip, Names.CLIENT_PORT, names.host(serial)), serial);
      }
    }
    TreeMap<Long, DiskView> diskViews = new TreeMap<>();
    Map<Long, PersistentVolumeClaim> claims = new HashMap<>();
    disks(names, diskViews, claims);
    for (PersistentVolumeClaim claim : claims.values()) {
      String trouble = DiskReader.trouble(claim, now);
      if (trouble != null) {
        problems.add(
            new Problem(
                ClusterConditions.DEGRADED,
                "DiskTrouble",
                claim.getMetadata().getName() + " " + trouble));
      }
    }
    ClusterClient client =
        ClusterClient.connect(connections, List.copyOf(serials.keySet()), access);
    ClusterView view = client.view();
    List<MemberStatus> before = status == null ? List.of() : status.members();
    Membership membership = view == null ? null : membership(view, names, before, now);
    Observation observation =
        new Observation(
            Wanted.of(cluster.getSpec()),
            status == null || status.lastSerial() == null ? 0 : status.lastSerial(),
            status == null || status.recoveries() == null ? 0 : status.recoveries(),
            status == null ? null : status.clusterID(),
            status == null ? null : status.operation(),
            membership,
            podViews,
            diskViews,
            answers(client, serials),
            membership == null ? silentSince(status) : null,
            now);
    List<MemberStatus> members =
        view == null || membership == null
            ? silent(before, now)
            : MemberReport.of(view, names, before, now);
    Problem refusal = pods.refusal(cluster);
    if (refusal != null) {
      problems.add(refusal);
    }
    String version = observation.uniform() ? pods.version(cluster) : null;
    return new Sighting(observation, view, client, members, version, claims, problems);
  }

  private static @Nullable Instant silentSince(@Nullable ClusterStatus status) {
    return status == null
        ? null
        : Conditions.find(status.conditions(), ClusterConditions.QUORUM_HEALTHY)
            .filter(quorum -> "False".equals(quorum.getStatus()))
            .map(quorum -> Instant.parse(quorum.getLastTransitionTime()))
            .orElse(null);
  }

  private static NavigableMap<Long, AnswerView> answers(
      ClusterClient client, Map<MemberAddress, Long> serials) {
    TreeMap<Long, AnswerView> answers = new TreeMap<>();
    client
        .states()
        .forEach(
            (address, state) ->
                answers.put(
                    Objects.requireNonNull(serials.get(address)),
                    new AnswerView(
                        Long.toHexString(state.clusterId()),
                        state.learner(),
                        state.appliedIndex())));
    return answers;
  }

  private void disks(
      Names names, Map<Long, DiskView> views, Map<Long, PersistentVolumeClaim> claims) {
    for (PersistentVolumeClaim claim : kubernetes.disks(names)) {
      long serial = PodReader.serial(claim.getMetadata().getLabels());
      DiskView view = serial == 0 ? null : DiskReader.view(claim);
      if (view != null) {
        views.put(serial, view);
        claims.put(serial, claim);
      }
    }
  }

  private static Membership membership(
      ClusterView view, Names names, List<MemberStatus> before, Instant now) {
    long leaderId = view.leader().map(ListedMember::id).orElse(0L);
    long leaderIndex =
        view.leader().map(ListedMember::state).map(MemberState::raftIndex).orElse(0L);
    List<MemberView> members = new ArrayList<>();
    for (ListedMember member : view.members()) {
      long serial = MemberReport.serial(member, names);
      long applied = member.state() == null ? 0 : member.state().appliedIndex();
      members.add(
          new MemberView(
              serial,
              member.learner(),
              member.id() == leaderId,
              member.healthy(),
              caughtUp(applied, leaderIndex),
              applied,
              Instant.parse(MemberReport.since(member, serial, before, leaderId, now))));
    }
    return new Membership(Long.toHexString(view.clusterId()), members);
  }

  /** As etcd's own rule for promotion, nine tenths of the leader's log, and not far behind it. */
  private static boolean caughtUp(long applied, long leaderIndex) {
    return applied > 0
        && applied >= leaderIndex - leaderIndex / 10
        && leaderIndex - applied <= MAX_LAG;
  }

  private static List<MemberStatus> silent(List<MemberStatus> before, Instant now) {
    return before.stream()
        .map(
            member ->
                member.healthy()
                    ? new MemberStatus(
                        member.name(),
                        member.serial(),
                        member.id(),
                        member.role().equals("Leader") ? "Voter" : member.role(),
                        false,
                        now.toString())
                    : member)
        .toList();
  }

  private String zone(Pod pod) {
    String node = pod.getSpec().getNodeName();
    return node == null ? "" : zones.computeIfAbsent(node, this::zoneOf);
  }

  private String zoneOf(String node) {
    Node found = kubernetes.node(node);
    Map<String, String> labels = found == null ? null : found.getMetadata().getLabels();
    return labels == null ? "" : labels.getOrDefault(ZONE, "");
  }

  static @Nullable ListedMember find(ClusterView view, Names names, long serial) {
    return view.members().stream()
        .filter(member -> MemberReport.serial(member, names) == serial)
        .findFirst()
        .orElse(null);
  }
}
