package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.MemberStatus;
import dev.keelson.operator.member.ClusterClient;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.model.Problem;
import dev.keelson.operator.model.membership.Observation;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One look at a cluster.
 *
 * @param observation what the planner decides from
 * @param view the member list; null if nobody could give it
 * @param client for changes to the same cluster
 * @param members what the status shows of the members
 * @param serverVersion the version that all members run; null unless they all do
 * @param disks the claims by serial number
 * @param problems troubles seen on the way
 */
record Sighting(
    Observation observation,
    @Nullable ClusterView view,
    ClusterClient client,
    List<MemberStatus> members,
    @Nullable String serverVersion,
    Map<Long, PersistentVolumeClaim> disks,
    List<Problem> problems) {
  Sighting {
    members = List.copyOf(members);
    disks = Map.copyOf(disks);
    problems = List.copyOf(problems);
  }
}
