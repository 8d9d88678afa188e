package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.AuthSpec;
import dev.keelson.operator.api.v1alpha1.BackupSummary;
import dev.keelson.operator.api.v1alpha1.ClusterPhase;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.member.ClusterView;
import dev.keelson.operator.model.membership.WaitReason;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clusters whose last pass found everything as wanted. While no object of such a cluster has
 * changed since, which the API server would have told, only what it cannot tell is looked at: the
 * members' own answers. A pass reads and computes much more, and is repeated from time to time
 * anyway, for what gets lost on the way.
 */
final class RestingClusters {
  private static final Duration PASS_AGAIN = Duration.ofMinutes(5);

  /** What a pass found; {@code touches} is how often objects had been told to change before it. */
  private record Rest(
      String uid,
      String version,
      long touches,
      ClusterView found,
      Supplier<@Nullable ClusterView> look,
      Instant until) {}

  private final Clock clock;
  private final ConcurrentMap<ResourceID, Rest> resting = new ConcurrentHashMap<>();
  private final ConcurrentMap<ResourceID, Long> touches = new ConcurrentHashMap<>();

  RestingClusters(Clock clock) {
    this.clock = clock;
  }

  /** An object of a cluster has changed. */
  void touched(ResourceID cluster) {
    touches.merge(cluster, 1L, Long::sum);
  }

  /** To be asked before a pass looks at anything. */
  long touches(ResourceID cluster) {
    return touches.getOrDefault(cluster, 0L);
  }

  /**
   * A pass found nothing to do and nothing wrong.
   *
   * @param cluster as the pass left it
   * @param before what {@link #touches} was before the pass
   * @param look asks the members again
   * @param due when something is to be done at the latest; null if nothing is
   */
  void rests(
      KeelsonCluster cluster,
      long before,
      ClusterView found,
      Supplier<@Nullable ClusterView> look,
      @Nullable Instant due) {
    ResourceID id = ResourceID.fromResource(cluster);
    if (!isWell(cluster) || dependsOnOthers(cluster)) {
      resting.remove(id);
      return;
    }
    Instant until = earlier(earlier(clock.instant().plus(PASS_AGAIN), due), backupStaleAt(cluster));
    resting.put(
        id,
        new Rest(
            cluster.getMetadata().getUid(),
            cluster.getMetadata().getResourceVersion(),
            before,
            found,
            look,
            until));
  }

  void forget(ResourceID cluster) {
    resting.remove(cluster);
    touches.remove(cluster);
  }

  /**
   * For how long to leave a cluster alone because it is as it was; null if a pass is needed.
   *
   * @param cluster as the cache has it
   */
  @Nullable Duration pause(KeelsonCluster cluster) {
    ResourceID id = ResourceID.fromResource(cluster);
    Rest rest = resting.get(id);
    Instant now = clock.instant();
    if (rest != null && holds(rest, cluster, now)) {
      ClusterView seen = rest.look.get();
      if (seen != null && seen.settled().equals(rest.found.settled())) {
        return PassPause.of(WaitReason.STEADY, rest.until, now);
      }
    }
    resting.remove(id);
    return null;
  }

  private boolean holds(Rest rest, KeelsonCluster cluster, Instant now) {
    return cluster.getMetadata().getDeletionTimestamp() == null
        && rest.uid.equals(cluster.getMetadata().getUid())
        && rest.version.equals(cluster.getMetadata().getResourceVersion())
        && rest.touches == touches(ResourceID.fromResource(cluster))
        && now.isBefore(rest.until);
  }

  /** While a member is down its grace runs out at some time, which nobody tells. */
  private static boolean isWell(KeelsonCluster cluster) {
    return cluster.getStatus() != null && cluster.getStatus().phase() == ClusterPhase.Running;
  }

  /** Secrets that a person or cert-manager writes are not watched, so each pass reads them. */
  private static boolean dependsOnOthers(KeelsonCluster cluster) {
    TlsMode mode = cluster.getSpec().tls().mode();
    AuthSpec auth = cluster.getSpec().auth();
    return mode == TlsMode.Secret
        || mode == TlsMode.CertManager
        || (auth.enabled() && auth.rootSecretRef() != null);
  }

  private static @Nullable Instant backupStaleAt(KeelsonCluster cluster) {
    Integer limit = cluster.getSpec().backup().maxAgeSeconds();
    BackupSummary backup = cluster.getStatus() == null ? null : cluster.getStatus().backup();
    String last = backup == null ? null : backup.lastVerified();
    return limit == null || last == null ? null : Instant.parse(last).plusSeconds(limit + 1L);
  }

  private static Instant earlier(Instant one, @Nullable Instant other) {
    return other == null || one.isBefore(other) ? one : other;
  }
}
