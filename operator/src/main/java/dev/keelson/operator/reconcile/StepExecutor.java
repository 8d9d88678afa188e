package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.member.ListedMember;
import dev.keelson.operator.model.Disks;
import dev.keelson.operator.model.Labels;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.backup.RestoreContainer;
import dev.keelson.operator.model.backup.RestoreSource;
import dev.keelson.operator.model.membership.DiskState;
import dev.keelson.operator.model.membership.StartMode;
import dev.keelson.operator.model.membership.Step;
import dev.keelson.operator.model.membership.Step.OutsideStep;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Does one outside step. Each can be repeated: what is done already stays as it is. */
final class StepExecutor {
  private final KubernetesObjects kubernetes;
  private final MemberPods pods;
  private final RestoreSources restores;

  StepExecutor(KubernetesObjects kubernetes, MemberPods pods) {
    this.kubernetes = kubernetes;
    this.pods = pods;
    this.restores = new RestoreSources(kubernetes);
  }

  void execute(KeelsonCluster cluster, Sighting seen, OutsideStep step) {
    Names names = Names.of(cluster);
    switch (step) {
      case Step.CreateDisk s -> kubernetes.create(Disks.claim(cluster, s.serial(), s.state()));
      case Step.RecordVoter s ->
          kubernetes.annotateDisk(
              names, s.serial(), Labels.DISK_STATE, Disks.annotation(DiskState.VOTER));
      case Step.DeleteDisk s -> kubernetes.deleteDisk(names, s.serial());
      case Step.RetainDisk s ->
          kubernetes.annotateDisk(names, s.serial(), Labels.DISK_STATE, Labels.RETAINED);
      case Step.StartPod s -> startPod(cluster, seen, s);
      case Step.SetServing s ->
          kubernetes.labelPod(names, s.serial(), Labels.SERVING, Boolean.toString(s.serving()));
      case Step.DeletePod s -> kubernetes.deletePod(names, s.serial());
      case Step.AddLearner s -> addLearner(cluster, seen, s.serial());
      case Step.Promote s -> {
        ListedMember member = member(seen, names, s.serial());
        if (member != null && member.learner()) {
          seen.client().promote(member.id());
        }
      }
      case Step.MoveLeader s -> {
        ListedMember member = member(seen, names, s.serial());
        if (member != null) {
          seen.client().moveLeader(member.id());
        }
      }
      case Step.RemoveMember s -> {
        ListedMember member = member(seen, names, s.serial());
        if (member != null) {
          seen.client().remove(member.id());
        }
      }
    }
  }

  /**
   * A learner stays out of the client Service, ready or not, until it votes: it serves no writes.
   */
  private void startPod(KeelsonCluster cluster, Sighting seen, Step.StartPod step) {
    Pod pod = pods.pod(cluster, step.serial(), step.peers(), step.mode());
    ListedMember member =
        seen.view() == null
            ? null
            : ClusterObserver.find(seen.view(), Names.of(cluster), step.serial());
    if (member != null && member.learner()) {
      pod.getMetadata().getLabels().put(Labels.SERVING, "false");
    }
    RestoreSource source = step.mode() == StartMode.SEED ? restores.of(cluster) : null;
    kubernetes.create(source == null ? pod : RestoreContainer.before(pod, source));
  }

  private static void addLearner(KeelsonCluster cluster, Sighting seen, long serial) {
    Names names = Names.of(cluster);
    if (member(seen, names, serial) == null) {
      boolean tls = cluster.getSpec().tls().mode() != TlsMode.Off;
      seen.client().addLearner(names.peerUrl(serial, tls));
    }
  }

  private static @Nullable ListedMember member(Sighting seen, Names names, long serial) {
    ClusterView view = Objects.requireNonNull(seen.view(), "a change without a member list");
    return ClusterObserver.find(view, names, serial);
  }
}
