package dev.keelson.server.it;

import dev.keelson.server.tls.TestAuthority;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Members, and a kube-apiserver on them that compacts every ten seconds: one member without TLS, or
 * several with certificates, set up as {@code docs/operations/kubernetes.md} says.
 */
final class KubernetesRig implements AutoCloseable {
  private static final String PAGE = "docs/operations/kubernetes.md";

  private final int size;
  private final Path certificates = ScratchFolder.create("kubernetes-certificates");
  private final List<ServerProcess> members = new ArrayList<>();
  private final MemberFaults faults = new MemberFaults(members);
  private @Nullable KubeApiServer server;

  KubernetesRig(int size) {
    this.size = size;
  }

  /** Starts everything; skips the test where it cannot be. */
  void start() throws InterruptedException {
    KubeApiServer.assumeThere();
    List<String> flags =
        new ArrayList<>(List.of("--etcd-compaction-interval=10s", "--event-ttl=10s"));
    flags.addAll(size == 1 ? startPlain() : startSecured());
    server = KubeApiServer.start(size + "-members", flags);
  }

  private List<String> startPlain() throws InterruptedException {
    members.add(Servers.start());
    return List.of("--etcd-servers=http://" + members.getFirst().endpoint());
  }

  /** Starts the members as documented, and returns the API server's flags for them. */
  private List<String> startSecured() throws InterruptedException {
    TestAuthority authority = TestAuthority.create("store").write(certificates, "ca");
    authority
        .issue(TestAuthority.request().commonName("member").ip("127.0.0.1"))
        .write(certificates, "server");
    authority
        .issue(TestAuthority.request().commonName("kube-apiserver"))
        .write(certificates, "client");
    Map<String, String> files = Map.of("/etc/keelson", certificates.toString());
    List<String> documented = new ArrayList<>(DocumentedFlags.of(PAGE, "./keelson", files));
    if (Servers.program().name().equals("etcd")) {
      documented.replaceAll(flag -> flag.replace("--watch-", "--experimental-watch-"));
    }
    for (ServerProcess member : ServerProcess.cluster(Servers.program(), size, documented)) {
      // plaintext beside it for what this test asks the members itself
      String both = "http://%1$s,https://%1$s".formatted(member.endpoint());
      members.add(
          member.with(List.of("--listen-client-urls=" + both, "--advertise-client-urls=" + both)));
    }
    members.forEach(ServerProcess::launch);
    for (ServerProcess member : members) {
      member.awaitReady();
    }
    Map<String, String> inPlaceOf = new TreeMap<>(files);
    for (int i = 0; i < size; i++) {
      inPlaceOf.put("10.0.0.%d:2379".formatted(i + 1), members.get(i).endpoint());
    }
    return DocumentedFlags.of(PAGE, "kube-apiserver", inPlaceOf);
  }

  List<ServerProcess> members() {
    return members;
  }

  MemberFaults faults() {
    return faults;
  }

  KubeApiServer server() {
    return Objects.requireNonNull(server);
  }

  KubernetesClient connect() {
    return server().connect();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    members.forEach(ServerProcess::close);
    ScratchFolder.delete(certificates);
  }

  @Override
  public String toString() {
    return size == 1 ? "one member" : size + " members";
  }
}
