package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users who are the common name of their certificate, over real TLS, with etcdctl and curl. */
final class AuthTlsIT {
  @TempDir private static Path folder;

  private static Certificates certificates;
  private static ServerProcess server;
  private static String url;

  @BeforeAll
  static void start() throws Exception {
    Path etcdctl = Servers.etcdTool("etcdctl");
    assertThat(etcdctl).exists();
    certificates = new Certificates(folder).client("nameless", "");
    for (String name : List.of("root", "alice", "nobody")) {
      certificates.client(name, name);
    }
    url = "https://127.0.0.1:" + Servers.freePort();
    server = Servers.startAt(url, certificates.serverFlags());
    gateway("root", "range", 200); // certificates name nobody before there are users
    run("root", "user", "add", "root", "--no-password");
    run("root", "user", "grant-role", "root", "root");
    run("root", "user", "add", "alice", "--no-password");
    run("root", "user", "add", "bob:bobs-password");
    run("root", "role", "add", "own");
    run("root", "role", "grant-permission", "own", "readwrite", "--prefix", "own/");
    run("root", "user", "grant-role", "alice", "own");
    run("root", "auth", "enable");
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static Command etcdctl(String certificate, String... words) {
    List<String> all =
        new ArrayList<>(List.of(Servers.etcdTool("etcdctl").toString(), "--endpoints=" + url));
    all.addAll(certificates.clientFlags(certificate));
    all.addAll(List.of(words));
    return Command.start(all, Map.of("ETCDCTL_API", "3"));
  }

  private static String run(String certificate, String... words) throws InterruptedException {
    try (Command command = etcdctl(certificate, words)) {
      return command.end(0);
    }
  }

  private static String fail(String certificate, String... words) throws InterruptedException {
    try (Command command = etcdctl(certificate, words)) {
      return command.end(1);
    }
  }

  /** Asks over HTTP and returns the body. */
  private static String gateway(String certificate, String rpc, int status, String... more)
      throws InterruptedException {
    List<String> words =
        new ArrayList<>(
            List.of(
                "curl",
                "-sS",
                "-w",
                "%{http_code}",
                "-d",
                "{\"key\":\"b3duL2E=\"}",
                url + "/v3/kv/" + rpc));
    words.addAll(certificates.clientFlags(certificate));
    words.addAll(List.of(more));
    try (Command curl = Command.start(words, Map.of())) {
      String output = curl.end(0);
      assertThat(output).endsWith(Integer.toString(status));
      return output;
    }
  }

  @Test
  void aCommonNameIsAUser() throws InterruptedException {
    assertThat(run("alice", "put", "own/a", "1")).isEqualTo("OK");
    assertThat(run("alice", "get", "own/a", "--print-value-only")).isEqualTo("1");
    assertThat(fail("alice", "put", "other", "1")).contains("etcdserver: permission denied");
    assertThat(fail("alice", "user", "list")).contains("etcdserver: permission denied");
    assertThat(run("root", "put", "other", "1")).isEqualTo("OK");
    try (Command watch = etcdctl("alice", "watch", "--prefix", "other")) {
      watch.awaitLine("etcdserver: permission denied");
    }
  }

  @Test
  void aNameThatIsNoUserMayDoNothing() throws InterruptedException {
    assertThat(fail("nobody", "get", "own/a")).contains("etcdserver: permission denied");
    assertThat(fail("nameless", "get", "own/a")).contains("etcdserver: user name is empty");
  }

  @Test
  void aTokenComesBeforeTheCertificate() throws InterruptedException {
    assertThat(fail("root", "--user=bob:bobs-password", "get", "own/a"))
        .contains("etcdserver: permission denied");
    assertThat(run("nameless", "--user=bob:bobs-password", "user", "get", "bob"))
        .contains("User: bob");
  }

  @Test
  void theGatewayRefusesWhoMightCountOnTheName() throws InterruptedException {
    for (String name : List.of("root", "alice", "nobody")) {
      assertThat(gateway(name, "range", 400))
          .contains(
              "CommonName of client sending a request against gateway will be ignored and not used"
                  + " as expected");
    }
    assertThat(gateway("nameless", "range", 400)).contains("etcdserver: user name is empty");
  }
}
