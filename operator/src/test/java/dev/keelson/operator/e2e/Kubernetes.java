package dev.keelson.operator.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.operator.api.v1alpha1.KeelsonBackup;
import dev.keelson.operator.api.v1alpha1.KeelsonBackupSchedule;
import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.MemberStatus;
import dev.keelson.operator.model.OwnedSecret;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A user: kubectl to change things, the API to look at them, and a client of what runs there. */
final class Kubernetes implements AutoCloseable {
  static final String NAMESPACE = "keelson-e2e";

  /** The operator's Deployment, and its namespace. */
  static final String OPERATOR = "keelson-operator";

  private static final String INSTANCE = "app.kubernetes.io/instance";
  private static final Duration POLL = Duration.ofMillis(250);

  /** The stand-in for the kubelet brings changed Secrets to running Pods every 30 s. */
  private static final Duration OVERLAP = Duration.ofSeconds(40);

  private final Rig rig;
  private final KubernetesClient client;
  private int etcdctls;

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
  String refused(String yaml) {
    Command.Result result = applied(yaml);
    if (result.status() == 0) {
      throw new AssertionError("accepted: " + yaml);
    }
    return result.output();
  }

  /** As the page on the operator says. */
  void installOperator() {
    kubectl("apply", "--validate=false", "-k", LocalRig.root().resolve("k8s").toString());
    awaitOperator();
  }

  /** Returns when its Pod is there and ready. */
  void awaitOperator() {
    kubectl(
        "-n",
        OPERATOR,
        "wait",
        "--for=condition=Available",
        "--timeout=55s",
        "deployment/keelson-operator");
  }

  /** Ends the operator where it is; Kubernetes starts it again. */
  void killOperator() {
    var _ = Command.of("kill", "-9", operatorProcess()).succeed(10);
  }

  /** The number of the operator's process. */
  String operatorProcess() {
    String pod =
        client.pods().inNamespace(OPERATOR).list().getItems().stream()
            .filter(found -> found.getMetadata().getDeletionTimestamp() == null)
            .findFirst()
            .orElseThrow()
            .getMetadata()
            .getName();
    return local().process(OPERATOR, pod);
  }

  /** Has so many operators, ready to take turns. */
  void operators(int replicas) {
    kubectl("-n", OPERATOR, "scale", "deployment/keelson-operator", "--replicas=" + replicas);
    kubectl("-n", OPERATOR, "rollout", "status", "deployment/keelson-operator", "--timeout=55s");
  }

  /** The Pod of the operator that is at work. */
  String leadingOperator() {
    return kubectl(
        "-n", OPERATOR, "get", "lease", OPERATOR, "-o", "jsonpath={.spec.holderIdentity}");
  }

  /** Deletes a Pod of the operator without a moment for it to end in. */
  void loseOperator(String pod) {
    kubectl("-n", OPERATOR, "delete", "pod", pod, "--grace-period=0", "--force");
  }

  /** Defines a kind that belongs to others, of any content, for as long as the action takes. */
  void withKind(String group, String version, String kind, Runnable action) {
    String plural = kind.toLowerCase(Locale.ROOT) + "s";
    apply(
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: %1$s.%2$s}
        spec:
          group: %2$s
          scope: Namespaced
          names: {plural: %1$s, singular: %3$s, kind: %4$s}
          versions:
            - name: %5$s
              served: true
              storage: true
              schema:
                openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
        """
            .formatted(plural, group, kind.toLowerCase(Locale.ROOT), kind, version));
    String definition = "crd/" + plural + "." + group;
    try {
      kubectl("wait", "--for=condition=Established", definition, "--timeout=50s");
      action.run();
    } finally {
      kubectl("delete", definition, "--timeout=50s");
    }
  }

  /** What only the Kubernetes on this machine offers; skips the caller on another one. */
  LocalRig local() {
    LocalRig local = rig.local();
    assumeTrue(local != null, "this Kubernetes does not run on this machine");
    return Objects.requireNonNull(local);
  }

  /** Connected with what the client Secret of a cluster says. */
  Client connect(String cluster) {
    var _ = local(); // Services are reached from this machine
    return new Client(
        () ->
            Objects.requireNonNull(
                client.secrets().inNamespace(NAMESPACE).withName(cluster + "-client").get()));
  }

  void apply(String yaml) {
    Command.Result result = applied(yaml);
    if (result.status() != 0) {
      throw new AssertionError(result.output());
    }
  }

  private Command.Result applied(String yaml) {
    try {
      Path file = Files.createTempFile("e2e", ".yaml");
      try {
        Files.writeString(file, yaml);
        return command("-n", NAMESPACE, "apply", "--validate=false", "-f", file.toString()).run(60);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes a cluster. */
  void create(String name, String spec) {
    apply(manifest(name, spec));
  }

  /** A cluster, as YAML. */
  static String manifest(String name, String spec) {
    return """
        apiVersion: keelson.dev/v1alpha1
        kind: KeelsonCluster
        metadata:
          name: %s
        spec:
          storage: {size: 1Gi}
        """
            .formatted(name)
        + spec.indent(2);
  }

  /** Merges something, in JSON, into the specification of a cluster. */
  void patch(String name, String spec) {
    kubectl("-n", NAMESPACE, "patch", "kc", name, "--type=merge", "-p", "{\"spec\":" + spec + "}");
  }

  /**
   * Has a cluster's authorities replaced, and waits until the old ones are not trusted any more.
   */
  void replaceAuthorities(String name, Duration limit) {
    patch(
        name,
        "{\"tls\": {\"caGeneration\": 2, \"caOverlapSeconds\": %d}}"
            .formatted(OVERLAP.toSeconds()));
    String client = name + "-client";
    String before = secret(name + "-ca", "tls.crt");
    until(
        limit,
        () ->
            Stream.of("-ca", "-peer-ca")
                    .allMatch(
                        secret ->
                            events(name)
                                .contains(
                                    "Authority: %s: the old one is not trusted any more"
                                        .formatted(name + secret)))
                && !secret(client, "ca.crt").contains(before),
        () -> String.join("\n", events(name)));
  }

  void scale(String name, int replicas) {
    kubectl("-n", NAMESPACE, "scale", "kc/" + name, "--replicas=" + replicas);
  }

  /** Deletes a cluster and all it leaves. */
  void destroy(String name) {
    kubectl("-n", NAMESPACE, "delete", "kc", name, "--timeout=50s");
    removeLeftovers(name);
  }

  /** Deletes the disks of a cluster that is gone. */
  void removeLeftovers(String name) {
    kubectl("-n", NAMESPACE, "delete", "pod,pvc", "-l", INSTANCE + "=" + name);
  }

  List<Pod> memberPods(String cluster) {
    return client
        .pods()
        .inNamespace(NAMESPACE)
        .withLabel(INSTANCE, cluster)
        .withLabel("app.kubernetes.io/component", "member")
        .list()
        .getItems();
  }

  Pod pod(String name) {
    return Objects.requireNonNull(client.pods().inNamespace(NAMESPACE).withName(name).get(), name);
  }

  List<PersistentVolumeClaim> disks(String cluster) {
    return client
        .persistentVolumeClaims()
        .inNamespace(NAMESPACE)
        .withLabel(INSTANCE, cluster)
        .list()
        .getItems();
  }

  /** A text of a Secret; empty if it is not there. */
  String secret(String name, String key) {
    return Objects.requireNonNullElse(
        OwnedSecret.text(client.secrets().inNamespace(NAMESPACE).withName(name).get(), key), "");
  }

  /** The name of a healthy voter that does not lead; null if there is none. */
  @Nullable String anyFollower(String cluster) {
    return cluster(cluster).getStatus().members().stream()
        .filter(member -> member.role().equals("Voter") && member.healthy())
        .map(MemberStatus::name)
        .findFirst()
        .orElse(null);
  }

  /** Runs etcdctl in a Pod that is given nothing but the client Secret; returns its output. */
  String etcdctl(String cluster, String... words) {
    String secret = cluster + "-client";
    return etcdctlWith(
        secret, "valueFrom: {secretKeyRef: {name: " + secret + ", key: endpoints}}", words);
  }

  /** Runs etcdctl in a Pod with the certificate of a Secret; returns its output. */
  String etcdctlAt(String endpoint, String secret, String... words) {
    return etcdctlWith(secret, "value: '" + endpoint + "'", words);
  }

  private String etcdctlWith(String secret, String endpoint, String[] words) {
    return etcdctlWith(
        """
              env:
                - {name: ETCDCTL_CACERT, value: /client/ca.crt}
                - {name: ETCDCTL_CERT, value: /client/tls.crt}
                - {name: ETCDCTL_KEY, value: /client/tls.key}
                - name: ETCDCTL_ENDPOINTS
                  %s
              volumeMounts: [{name: client, mountPath: /client, readOnly: true}]
          volumes: [{name: client, secret: {secretName: %s}}]
        """
            .formatted(endpoint, secret),
        words);
  }

  /** Runs etcdctl in a Pod against an endpoint in plain text; returns its output. */
  String etcdctlInPlainText(String endpoint, String... words) {
    return etcdctlWith(
        """
              env: [{name: ETCDCTL_ENDPOINTS, value: '%s'}]
        """
            .formatted(endpoint),
        words);
  }

  private String etcdctlWith(String connection, String[] words) {
    String name = "etcdctl-" + ++etcdctls;
    apply(
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          restartPolicy: Never
          containers:
            - name: etcdctl
              image: etcdctl:3.5.16
              command: [etcdctl, %s]
        """
                .formatted(name, String.join(", ", words))
            + connection);
    until(
        Duration.ofSeconds(60),
        () -> List.of("Succeeded", "Failed").contains(pod(name).getStatus().getPhase()),
        () -> Serialization.asYaml(pod(name).getStatus()));
    return logs(name, "etcdctl");
  }

  /** The output of a container. */
  String logs(String pod, String container) {
    LocalRig local = rig.local();
    try {
      return local == null
          ? kubectl("-n", NAMESPACE, "logs", pod, "-c", container)
          : Files.readString(local.log(NAMESPACE, pod, container));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The operator's Events about an object, newest last: reason and note. */
  List<String> events(String name) {
    return client.events().v1().events().inNamespace(NAMESPACE).list().getItems().stream()
        .filter(event -> event.getRegarding().getName().equals(name))
        .filter(event -> event.getEventTime() != null)
        .sorted(Comparator.comparing(event -> event.getEventTime().getTime()))
        .map(event -> event.getReason() + ": " + event.getNote())
        .toList();
  }

  KeelsonCluster cluster(String name) {
    return Objects.requireNonNull(
        client.resources(KeelsonCluster.class).inNamespace(NAMESPACE).withName(name).get());
  }

  KeelsonBackup backup(String name) {
    return Objects.requireNonNull(
        client.resources(KeelsonBackup.class).inNamespace(NAMESPACE).withName(name).get());
  }

  KeelsonBackupSchedule schedule(String name) {
    return Objects.requireNonNull(
        client.resources(KeelsonBackupSchedule.class).inNamespace(NAMESPACE).withName(name).get());
  }

  /** Waits for the end of a backup. */
  KeelsonBackup awaitBackup(String name, Duration limit) {
    until(
        limit,
        () -> backup(name).getStatus() != null && backup(name).getStatus().finishedAt() != null,
        () -> Serialization.asYaml(backup(name)));
    return backup(name);
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

  static boolean isNot(KeelsonCluster cluster, String condition) {
    Condition found = condition(cluster, condition);
    return found != null && "False".equals(found.getStatus());
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
      pause(POLL);
    }
  }

  static void pause(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
