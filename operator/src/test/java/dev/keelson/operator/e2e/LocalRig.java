package dev.keelson.operator.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * kube-apiserver and kube-controller-manager on etcd, and a stand-in for the kubelet that runs each
 * container as a local process. Everything lies in one folder outside the system's temporary one,
 * which the Pods hide behind a volume of their own.
 */
final class LocalRig implements Rig {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();
  private static final int TAIL_CHARS = 3_000;

  private final Path home;
  private final Path tools;
  private final List<Process> processes = new ArrayList<>();

  private LocalRig(Path home, Path tools) {
    this.home = home;
    this.tools = tools;
  }

  static LocalRig start() {
    Path root = Path.of(System.getProperty("keelson.root")).toAbsolutePath().normalize();
    Path cache = Path.of(System.getProperty("user.home"), ".cache/keelson");
    String given = System.getenv("KEELSON_KUBE_TOOLS");
    need(given != null, "KEELSON_KUBE_TOOLS is not set");
    Path tools = Path.of(Objects.requireNonNull(given));
    Path etcd = cache.resolve("etcd/bin/etcd");
    Path serverJar = jar(root.resolve("src/server/target"), "keelson-server");
    Path operatorJar = jar(root.resolve("operator/target"), "keelson-operator");
    need(Files.isExecutable(cache.resolve("kube/kube-apiserver")), "no kube-apiserver is built");
    need(Files.isExecutable(tools.resolve("kube-up.sh")), "KEELSON_KUBE_TOOLS has no kube-up.sh");
    need(Files.isExecutable(etcd), "no etcd to store the API server's objects");
    need(serverJar != null, "the server is not packaged");
    need(operatorJar != null, "the operator is not packaged");
    need("root".equals(System.getProperty("user.name")), "Pods need root for their networks");
    for (String program : List.of("kubectl", "ip", "unshare", "python3", "openssl")) {
      need(found(program), "no " + program);
    }
    try {
      LocalRig rig =
          new LocalRig(Files.createTempDirectory(Path.of("/var/tmp"), "keelson-e2e"), tools);
      try {
        rig.run(etcd, Objects.requireNonNull(serverJar), Objects.requireNonNull(operatorJar));
        return rig;
      } catch (RuntimeException | Error failed) {
        rig.close();
        throw failed;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void need(boolean there, String otherwise) {
    assumeTrue(there, "the operator end to end: " + otherwise);
  }

  private static boolean found(String program) {
    return Stream.of(System.getenv("PATH").split(":", -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static @Nullable Path jar(Path folder, String name) {
    if (!Files.isDirectory(folder)) {
      return null;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(name + "-.*-runner\\.jar"))
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void run(Path etcd, Path serverJar, Path operatorJar) throws IOException {
    Path server = Files.copy(serverJar, home.resolve("server.jar"));
    Path operator = Files.copy(operatorJar, home.resolve("operator.jar"));
    Files.writeString(home.resolve("images.json"), images(server, operator));
    int store = freePort();
    background(
        "etcd",
        Map.of(),
        etcd.toString(),
        "--data-dir=" + home.resolve("etcd"),
        "--unsafe-no-fsync",
        "--log-level=warn",
        "--listen-client-urls=http://127.0.0.1:" + store,
        "--advertise-client-urls=http://127.0.0.1:" + store,
        "--listen-peer-urls=http://127.0.0.1:" + freePort());
    Command.of(tools.resolve("kube-up.sh").toString())
        .with("KUBE_RUN", home.resolve("kube"))
        .with("KUBE_PORT", 20_000 + 3 * (int) (ProcessHandle.current().pid() % 3_000))
        .with("ETCD_ENDPOINT", "http://127.0.0.1:" + store)
        .with("KUBE_AUTHZ", "RBAC")
        .succeed(180);
    background(
        "kubelet",
        Map.of("KUBE_RUN", home.resolve("kube").toString(), "KUBECONFIG", kubeconfig().toString()),
        "python3",
        tools.resolve("fake-kubelet.py").toString(),
        "--images",
        home.resolve("images.json").toString(),
        "--nodes",
        "3");
  }

  private static String images(Path server, Path operator) {
    List<String> member =
        List.of(
            JAVA,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx256m",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xlog:disable",
            "-cp",
            server.toString(),
            "dev.keelson.server.Main");
    List<String> control =
        List.of(
            JAVA,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx192m",
            "-jar",
            operator.toString());
    return new KubernetesSerialization()
        .asJson(Map.of("keelson:*", member, "keelson-operator:*", control));
  }

  private void background(String name, Map<String, String> environment, String... words)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve(name + ".log").toFile());
    builder.environment().putAll(environment);
    processes.add(builder.start());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public Path kubeconfig() {
    return home.resolve("kube/kubeconfig");
  }

  @Override
  public boolean reachable() {
    return true;
  }

  @Override
  public String logs() {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.walk(home)) {
      files
          .filter(file -> file.toString().endsWith(".log") && !file.toString().contains("kube-"))
          .sorted(Comparator.naturalOrder())
          .forEach(file -> text.append(tail(file)));
    } catch (IOException | UncheckedIOException gone) {
      text.append(gone);
    }
    return text.toString();
  }

  private static String tail(Path file) {
    try {
      String all = Files.readString(file, StandardCharsets.UTF_8);
      return "\n--- " + file + "\n" + all.substring(Math.max(0, all.length() - TAIL_CHARS));
    } catch (IOException gone) {
      return "\n--- " + file + " " + gone;
    }
  }

  /** The kubelet first: it ends its Pods and takes its networks away. */
  @Override
  public void close() {
    if (processes.size() > 1) {
      stop(processes.get(1));
    }
    var _ =
        Command.of(tools.resolve("kube-down.sh").toString())
            .with("KUBE_RUN", home.resolve("kube"))
            .run(60);
    if (!processes.isEmpty()) {
      stop(processes.getFirst());
    }
    keepLogs();
    try (Stream<Path> files = Files.walk(home)) {
      files.sorted(Comparator.reverseOrder()).forEach(LocalRig::delete);
    } catch (IOException | UncheckedIOException left) {
      System.err.println("left behind: " + home + " " + left);
    }
  }

  /** Beside the reports of the tests, for whoever looks for a reason afterwards. */
  private void keepLogs() {
    Path kept = Path.of(System.getProperty("keelson.root"), "operator/target/e2e-logs");
    try (Stream<Path> files = Files.walk(home)) {
      Files.createDirectories(kept);
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        Files.copy(file, kept.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException | UncheckedIOException lost) {
      System.err.println("logs were not kept: " + lost);
    }
  }

  private static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
