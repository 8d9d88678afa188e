package dev.keelson.operator.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * kube-apiserver and kube-controller-manager on etcd, a stand-in for the kubelet that runs each
 * container as a local process, and an S3 server. Everything lies in one folder outside the
 * system's temporary one, which the Pods hide behind a volume of their own.
 */
final class LocalRig implements Rig {
  private static final int TAIL_CHARS = 3_000;
  private static final String KUBELET = "kubelet";
  private static final String ETCD = "etcd";

  private static final String BRIDGE = "fk0";

  /** One that is nobody else's: "locally administered". */
  private static final String BRIDGE_ADDRESS = "02:00:0a:f4:00:01";

  /** This machine's address in the network of the Pods. */
  private static final String HOST = "10.244.0.1";

  private final Path home;
  private final Path tools;
  private final Map<String, Process> processes = new LinkedHashMap<>();
  private @Nullable TerminationMessages messages;
  private @Nullable S3Server s3;

  private LocalRig(Path home, Path tools) {
    this.home = home;
    this.tools = tools;
  }

  static LocalRig start() {
    Path root = root();
    Path cache = Path.of(System.getProperty("user.home"), ".cache/keelson");
    String given = System.getenv("KEELSON_KUBE_TOOLS");
    need(!"no".equals(System.getenv("KEELSON_KUBERNETES_TESTS")), "KEELSON_KUBERNETES_TESTS=no");
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
        rig.run(
            etcd,
            new LocalImages(
                rig.home,
                etcd.resolveSibling("etcdctl"),
                Objects.requireNonNull(serverJar),
                Objects.requireNonNull(operatorJar)));
        return rig;
      } catch (RuntimeException | Error failed) {
        rig.close();
        throw failed;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path root() {
    return Path.of(System.getProperty("keelson.root")).toAbsolutePath().normalize();
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

  private void run(Path etcd, LocalImages images) throws IOException {
    int store = freePort();
    background(
        ETCD,
        Map.of(),
        List.of(
            etcd.toString(),
            "--data-dir=" + home.resolve("etcd"),
            "--unsafe-no-fsync",
            "--log-level=warn",
            "--listen-client-urls=http://127.0.0.1:" + store,
            "--advertise-client-urls=http://127.0.0.1:" + store,
            "--listen-peer-urls=http://127.0.0.1:" + freePort()));
    Command.of(tools.resolve("kube-up.sh").toString())
        .with("KUBE_RUN", home.resolve("kube"))
        .with("KUBE_PORT", 20_000 + 3 * (int) (ProcessHandle.current().pid() % 3_000))
        .with("ETCD_ENDPOINT", "http://127.0.0.1:" + store)
        .with("KUBE_AUTHZ", "RBAC")
        .succeed(180);
    background(
        KUBELET,
        Map.of("KUBE_RUN", home.resolve("kube").toString(), "KUBECONFIG", kubeconfig().toString()),
        List.of(
            "python3",
            tools.resolve("fake-kubelet.py").toString(),
            "--images",
            images.file().toString(),
            "--nodes",
            "3",
            "--bridge",
            BRIDGE));
    fixBridge();
    messages =
        new TerminationMessages(
            new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig().toFile()))
                .build(),
            images.messages());
  }

  /**
   * A bridge has the lowest hardware address of its ports unless it is given one. With each Pod
   * that comes or goes it might change, and every other Pod would then send to the former one, that
   * is reach neither Services nor this machine, until it asks again: for up to a minute.
   */
  private static void fixBridge() {
    Command fix = Command.of("ip", "link", "set", BRIDGE, "address", BRIDGE_ADDRESS);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (fix.run(10).status() != 0) {
      if (System.nanoTime() > end) {
        throw new AssertionError("the node has no bridge " + BRIDGE);
      }
      pause();
    }
  }

  private void background(String name, Map<String, String> environment, List<String> words)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(home.resolve(name + ".log").toFile());
    builder.environment().putAll(environment);
    processes.put(name, builder.start());
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
  public LocalRig local() {
    return this;
  }

  /** The S3 server, started when it is asked for. */
  S3Server s3() {
    S3Server running = s3;
    if (running != null) {
      return running;
    }
    Path jar = Path.of(System.getProperty("it.s3proxy"));
    need(Files.exists(jar), jar + " is missing; it comes with pre-integration-test");
    try {
      S3Server server = new S3Server(HOST, freePort());
      background("s3proxy", Map.of(), server.command(jar, home.resolve("s3/data")));
      awaitPort(server);
      s3 = server;
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitPort(S3Server server) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try (Socket _ = new Socket(server.address(), server.port())) {
        return;
      } catch (IOException notYet) {
        if (System.nanoTime() > end) {
          throw new UncheckedIOException("no S3 server", notYet);
        }
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** A {@code kubectl} that also has what a stand-in for the kubelet cannot serve. */
  Path kubectl() throws IOException {
    Path script = home.resolve("bin/kubectl");
    if (!Files.exists(script)) {
      Files.createDirectories(script.getParent());
      Files.writeString(
          script,
          """
          #!/bin/bash
          # logs and exec, of Pods with one container in the namespace default; apply without the
          # rules that this old API server does not know
          kubectl=$(type -ap kubectl | sed -n 2p)
          case $1 in
          logs)
            cat %1$s/kube/kubelet/logs/default_$2_*.log | tail -n "${3#--tail=}"
            ;;
          exec)
            pid=$(grep -o "default/$2 [^ ]* started, pid [0-9]*" %1$s/kubelet.log |
              tail -n 1 | grep -o '[0-9]*$')
            mapfile -d '' environment < /proc/$pid/environ
            shift 3
            exec nsenter -t $pid -m -u -n -- env -i "${environment[@]}" "$@"
            ;;
          apply | replace)
            exec "$kubectl" "$@" --validate=false
            ;;
          *)
            exec "$kubectl" "$@"
            ;;
          esac
          """
              .formatted(home));
      var _ = Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    return script;
  }

  /** The log of a container, which {@code kubectl logs} cannot fetch from a stand-in. */
  Path log(String namespace, String pod, String container) {
    return home.resolve("kube/kubelet/logs")
        .resolve(namespace + "_" + pod + "_" + container + ".log");
  }

  /** The process of a Pod's container that was started last. */
  String process(String namespace, String pod) {
    Pattern started =
        Pattern.compile(Pattern.quote(namespace + "/" + pod) + " \\S+ started, pid (\\d+)");
    Matcher starts = started.matcher(read(home.resolve(KUBELET + ".log")));
    return starts.results().map(found -> found.group(1)).reduce((a, b) -> b).orElseThrow();
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
    String all = read(file);
    return "\n--- " + file + "\n" + all.substring(Math.max(0, all.length() - TAIL_CHARS));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException gone) {
      return gone.toString();
    }
  }

  /** The kubelet first: it ends its Pods and takes its networks away. */
  @Override
  public void close() {
    if (messages != null) {
      messages.close();
    }
    processes.entrySet().stream()
        .filter(process -> !process.getKey().equals(ETCD))
        .forEach(process -> stop(process.getValue()));
    var _ =
        Command.of(tools.resolve("kube-down.sh").toString())
            .with("KUBE_RUN", home.resolve("kube"))
            .run(60);
    Process etcd = processes.get(ETCD);
    if (etcd != null) {
      stop(etcd);
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
    Path kept = root().resolve("operator/target/e2e-logs");
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
