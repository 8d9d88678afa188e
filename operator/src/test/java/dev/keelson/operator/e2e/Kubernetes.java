package dev.keelson.operator.e2e;

import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A user: kubectl to change things, the API to look at them. */
final class Kubernetes implements AutoCloseable {
  static final String NAMESPACE = "keelson-e2e";
  private static final long POLL_MILLIS = 500;

  private final Rig rig;
  private final KubernetesClient client;

  Kubernetes(Rig rig) {
    this.rig = rig;
    this.client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(rig.kubeconfig().toFile()))
            .build();
  }

  KubernetesClient client() {
    return client;
  }

  private Command command(String... words) {
    List<String> all =
        new ArrayList<>(List.of("kubectl", "--kubeconfig", rig.kubeconfig().toString()));
    all.addAll(Arrays.asList(words));
    return Command.of(all.toArray(String[]::new));
  }

  String kubectl(String... words) {
    return command(words).succeed(60);
  }

  /** Expects it to be refused, and returns what it says. */
  String refused(String... words) {
    Command.Result result = command(words).run(60);
    if (result.status() == 0) {
      throw new AssertionError("accepted: " + Arrays.toString(words));
    }
    return result.output();
  }

  void apply(Path file) {
    kubectl("-n", NAMESPACE, "apply", "--validate=false", "-f", file.toString());
  }

  KeelsonCluster cluster(String name) {
    return Objects.requireNonNull(
        client.resources(KeelsonCluster.class).inNamespace(NAMESPACE).withName(name).get());
  }

  KeelsonBackup backup(String name) {
    return Objects.requireNonNull(
        client.resources(KeelsonBackup.class).inNamespace(NAMESPACE).withName(name).get());
  }

  /** Waits until a cluster is so. */
  KeelsonCluster await(String name, Duration limit, Predicate<KeelsonCluster> wanted) {
    until(
        limit,
        () -> wanted.test(cluster(name)),
        () -> Serialization.asYaml(cluster(name).getStatus()));
    return cluster(name);
  }

  /** As many voters, all of them serving, nothing under way, all as the specification says. */
  KeelsonCluster awaitVoters(String name, int voters, Duration limit) {
    return await(
        name,
        limit,
        cluster ->
            cluster.getStatus() != null
                && Objects.equals(
                    cluster.getStatus().observedGeneration(), cluster.getMetadata().getGeneration())
                && Objects.equals(cluster.getStatus().voters(), voters)
                && Objects.equals(cluster.getStatus().readyReplicas(), voters)
                && cluster.getStatus().operation() == null
                && is(cluster, "ConfigApplied")
                && is(cluster, "Available"));
  }

  static boolean is(KeelsonCluster cluster, String condition) {
    Condition found = condition(cluster, condition);
    return found != null && "True".equals(found.getStatus());
  }

  static @Nullable Condition condition(KeelsonCluster cluster, String type) {
    return cluster.getStatus() == null
        ? null
        : cluster.getStatus().conditions().stream()
            .filter(condition -> type.equals(condition.getType()))
            .findFirst()
            .orElse(null);
  }

  void until(Duration limit, Supplier<Boolean> wanted, Supplier<String> seen) {
    Instant end = Instant.now().plus(limit);
    while (!wanted.get()) {
      if (Instant.now().isAfter(end)) {
        throw new AssertionError(
            "not within "
                + limit
                + ": "
                + seen.get()
                + kubectl("-n", NAMESPACE, "get", "events,pods")
                + rig.logs());
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
