package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.server.tls.TestAuthority;
import dev.keelson.sim.process.FreePorts;
import dev.keelson.sim.process.ProcessReaper;
import dev.keelson.sim.process.ScratchFolder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * kube-apiserver and kube-controller-manager on loopback, unmodified, with a store that runs
 * already. Their logs stay in {@code target/kubernetes-logs}.
 */
final class KubeApiServer implements AutoCloseable {
  private static final Path PROGRAMS =
      Path.of(System.getProperty("user.home"), ".cache/keelson/kube");

  /** What the controllers do to 10,000 objects takes its time on a busy machine. */
  private static final int WAIT_SECONDS = 300;

  private static final int DELETE_WORKERS = 16;
  private static final long STOP_SECONDS = 10;
  private static final String TOKEN = "everything";

  private final Path home = ScratchFolder.create("kubernetes");
  private final Path logs;
  private final TestAuthority authority = TestAuthority.create("kubernetes").write(home, "ca");
  private final List<Integer> ports = FreePorts.find(2);
  private final Map<String, Process> processes = new TreeMap<>();
  private final List<KubernetesClient> clients = new ArrayList<>();

  private KubeApiServer(Path logs) {
    this.logs = logs;
    authority
        .issue(TestAuthority.request().commonName("kube-apiserver").ip("127.0.0.1"))
        .write(home, "server");
    authority.issue(TestAuthority.request().commonName("service-accounts")).write(home, "tokens");
    TestAuthority.put(home.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
    TestAuthority.put(
        kubeconfig(),
        """
        {"apiVersion": "v1", "kind": "Config", "current-context": "it",
         "clusters": [{"name": "it", "cluster":
           {"server": "https://127.0.0.1:%d", "certificate-authority": "%s"}}],
         "users": [{"name": "admin", "user": {"token": "%s"}}],
         "contexts": [{"name": "it", "context": {"cluster": "it", "user": "admin"}}]}
        """
            .formatted(ports.getFirst(), home.resolve("ca.pem"), TOKEN));
  }

  /** Skips the test where it is not wanted, and on a machine without the programs. */
  static void assumeThere() {
    assumeTrue(
        !"no".equals(System.getenv("KEELSON_KUBERNETES_TESTS")),
        "Kubernetes on the store: KEELSON_KUBERNETES_TESTS=no");
    for (String program : List.of("kube-apiserver", "kube-controller-manager")) {
      assumeTrue(
          Files.isExecutable(PROGRAMS.resolve(program)),
          () -> "Kubernetes on the store: no " + program + " in " + PROGRAMS);
    }
    assumeTrue(onPath("kubectl"), "Kubernetes on the store: no kubectl");
  }

  private static boolean onPath(String program) {
    for (String folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Starts both and waits until they serve.
   *
   * @param name what its folder of logs is called
   * @param flags of the API server, those for the store among them
   */
  static KubeApiServer start(String name, List<String> flags) throws InterruptedException {
    KubeApiServer server = new KubeApiServer(Path.of("target", "kubernetes-logs", name));
    try {
      server.startApi(flags);
      server.startControllers();
      return server;
    } catch (RuntimeException | AssertionError | InterruptedException failed) {
      server.close();
      throw failed;
    }
  }

  private void startApi(List<String> flags) throws InterruptedException {
    List<String> all = new ArrayList<>(flags);
    all.addAll(
        List.of(
            "--bind-address=127.0.0.1",
            "--secure-port=" + ports.getFirst(),
            "--endpoint-reconciler-type=none",
            // the default is one object after the other, for which a request has 34 seconds: a
            // namespace of 10,000 takes several rounds then, with ever longer pauses in between
            "--delete-collection-workers=" + DELETE_WORKERS,
            "--service-cluster-ip-range=10.0.0.0/24",
            "--tls-cert-file=" + home.resolve("server.pem"),
            "--tls-private-key-file=" + home.resolve("server.key"),
            "--token-auth-file=" + home.resolve("tokens.csv"),
            "--anonymous-auth=false",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--service-account-signing-key-file=" + home.resolve("tokens.key"),
            "--service-account-key-file=" + home.resolve("tokens.pem")));
    launch("kube-apiserver", all);
    KubernetesClient client = connect();
    await("the API server is ready", () -> "ok".equals(client.raw("/readyz")));
  }

  private void startControllers() throws InterruptedException {
    launch(
        "kube-controller-manager",
        List.of(
            "--kubeconfig=" + kubeconfig(),
            "--bind-address=127.0.0.1",
            "--secure-port=" + ports.getLast(),
            "--port=0",
            "--cert-dir=" + home.resolve("controllers"),
            "--service-account-private-key-file=" + home.resolve("tokens.key"),
            "--kube-api-qps=200",
            "--kube-api-burst=400",
            // it ends when it loses its lease, which must outlast a restart of the only member
            "--leader-elect-lease-duration=120s",
            "--leader-elect-renew-deadline=90s",
            "--leader-elect-retry-period=1s"));
    KubernetesClient client = connect();
    await(
        "the controllers work",
        () -> client.serviceAccounts().inNamespace("default").withName("default").get() != null);
  }

  private void launch(String program, List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(PROGRAMS.resolve(program).toString());
    command.addAll(flags);
    try {
      Files.createDirectories(logs);
      Process process =
          new ProcessBuilder(command)
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log(program).toFile())
              .start();
      ProcessReaper.watch(process);
      processes.put(program, process);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + program, e);
    }
  }

  private Path log(String program) {
    return logs.resolve(program + ".log").toAbsolutePath();
  }

  private Path kubeconfig() {
    return home.resolve("kubeconfig");
  }

  /** A client that shows every failure rather than trying again by itself. */
  KubernetesClient connect() {
    Config config = Config.fromKubeconfig(kubeconfig().toFile());
    config.setRequestRetryBackoffLimit(0);
    KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
    clients.add(client);
    return client;
  }

  /** Starts kubectl. */
  Command kubectl(String... words) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "kubectl",
                "--kubeconfig=" + kubeconfig(),
                "--cache-dir=" + home.resolve("kubectl-cache")));
    all.addAll(List.of(words));
    return Command.start(all, Map.of());
  }

  /** Neither of them has ended. */
  void assertRunning() {
    processes.forEach(
        (program, process) ->
            assertThat(process.isAlive()).as("%s runs; see %s", program, log(program)).isTrue());
  }

  /** Waits for something; what fails while the store is away is asked again. */
  void await(String what, BooleanSupplier wanted) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    String last = "";
    while (true) {
      assertRunning();
      try {
        if (wanted.getAsBoolean()) {
          return;
        }
      } catch (KubernetesClientException e) {
        last = String.valueOf(e.getMessage());
      }
      assertThat(System.nanoTime()).as("%s; %s; logs in %s", what, last, logs).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /** The controllers first, and all that is left of both goes, save the logs. */
  @Override
  public void close() {
    clients.forEach(KubernetesClient::close);
    try {
      for (String program : List.of("kube-controller-manager", "kube-apiserver")) {
        Process process = processes.remove(program);
        if (process != null) {
          var _ = ProcessReaper.stop(process, STOP_SECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ScratchFolder.delete(home);
  }
}
