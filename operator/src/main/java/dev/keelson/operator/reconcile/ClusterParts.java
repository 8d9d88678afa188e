package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.kubernetes.AppliedObjects;
import dev.keelson.operator.kubernetes.DisruptionBudgets;
import dev.keelson.operator.member.Access;
import dev.keelson.operator.model.DisruptionBudget;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.Services;
import dev.keelson.operator.model.membership.Membership;
import java.util.ArrayList;
import java.util.List;

/** Keeps all objects of a cluster but its members: Services, certificates, Secrets, the budget. */
final class ClusterParts {
  private final AppliedObjects objects;
  private final DisruptionBudgets budgets;
  private final ClusterCertificates certificates;
  private final ClusterAuth auth;
  private final ClientSecret clientSecret;
  private final DiskGrowth disks;

  ClusterParts(
      AppliedObjects objects,
      DisruptionBudgets budgets,
      ClusterCertificates certificates,
      ClusterAuth auth,
      ClientSecret clientSecret,
      DiskGrowth disks) {
    this.objects = objects;
    this.budgets = budgets;
    this.certificates = certificates;
    this.auth = auth;
    this.clientSecret = clientSecret;
    this.disks = disks;
  }

  /** What the members need before they start. */
  Parts keep(KeelsonCluster cluster) {
    List<Problem> problems = new ArrayList<>();
    boolean paused = cluster.getSpec().paused();
    if (!paused) {
      objects.apply(Services.peers(cluster));
      objects.apply(Services.client(cluster));
    }
    Certificates kept = certificates.keep(cluster, paused);
    if (kept.problem() != null) {
      problems.add(kept.problem());
    }
    return new Parts(new Access(kept.tls(), auth.password(cluster)), problems, kept.due());
  }

  /** What depends on the members. */
  Parts keepWith(KeelsonCluster cluster, Sighting seen, Parts made) {
    if (cluster.getSpec().paused()) {
      return made;
    }
    List<Problem> problems = new ArrayList<>(made.problems());
    Membership membership = seen.observation().membership();
    int voters = membership == null ? 0 : membership.voterCount();
    if (membership != null || seen.observation().clusterId() == null) {
      budgets.apply(objects, DisruptionBudget.of(cluster, voters));
    }
    disks.keep(cluster, seen, problems);
    auth.keep(cluster, seen, problems);
    clientSecret.keep(cluster);
    return new Parts(made.access(), problems, made.due());
  }
}
