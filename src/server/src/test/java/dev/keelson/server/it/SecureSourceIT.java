package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.server.tls.TestAuthority;
import dev.keelson.sim.process.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots and backups of a member that wants a certificate and a password. */
final class SecureSourceIT {
  private static final int USAGE = 2;

  @TempDir private static Path folder;

  private static ServerProcess server;
  private static String url;

  @BeforeAll
  static void start() throws Exception {
    Servers.assumeKeelson("its own program");
    TestAuthority ca = TestAuthority.create("ca").write(folder, "ca");
    ca.issue(TestAuthority.request().commonName("server").ip("127.0.0.1")).write(folder, "server");
    ca.issue(TestAuthority.request().commonName("")).write(folder, "client");
    var _ = TestAuthority.create("stranger").write(folder, "stranger");
    Files.writeString(folder.resolve("right"), "roots-password\n");
    Files.writeString(folder.resolve("wrong"), "not-the-password\n");
    url = "https://127.0.0.1:" + freePort();
    server =
        new ServerProcess(
            Servers.program(),
            List.of(
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--cert-file=" + folder.resolve("server.pem"),
                "--key-file=" + folder.resolve("server.key"),
                "--trusted-ca-file=" + folder.resolve("ca.pem"),
                "--client-cert-auth"));
    server.launch();
    while (!server.logText().contains("serving client traffic securely")) {
      assertThat(server.isAlive()).as(server.logText()).isTrue();
      Thread.onSpinWait();
    }
    etcdctl("put", "key", "value");
    etcdctl("user", "add", "root:roots-password");
    etcdctl("user", "grant-role", "root", "root");
    etcdctl("auth", "enable");
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void etcdctl(String... words) throws InterruptedException {
    List<String> all = new ArrayList<>(List.of(Servers.etcdTool("etcdctl").toString()));
    all.addAll(List.of("--endpoints", url));
    all.addAll(certificates("ca"));
    all.addAll(List.of(words));
    try (Command command = Command.start(all, Map.of())) {
      assertThat(command.end(0)).isNotNull();
    }
  }

  private static List<String> certificates(String authority) {
    return List.of(
        "--cacert",
        folder.resolve(authority + ".pem").toString(),
        "--cert",
        folder.resolve("client.pem").toString(),
        "--key",
        folder.resolve("client.key").toString());
  }

  private static List<String> user(String passwordFile) {
    return List.of("--user", "root", "--password-file", folder.resolve(passwordFile).toString());
  }

  private static Command keelson(List<String> words, List<String> trust, List<String> user) {
    List<String> all = new ArrayList<>(List.of(Servers.program().executable().toString()));
    all.addAll(words);
    all.addAll(List.of("--endpoints", url.substring("https://".length())));
    all.addAll(trust);
    all.addAll(user);
    return Command.start(all, Map.of());
  }

  private static List<String> save(String name) {
    return List.of("snapshot", "save", folder.resolve(name).toString());
  }

  @Test
  void aSnapshotIsSavedWithCertificateAndPassword() throws Exception {
    try (Command saved = keelson(save("saved.db"), certificates("ca"), user("right"))) {
      assertThat(saved.end(0)).isNotNull();
    }
    try (Command status =
        Command.start(
            List.of(
                Servers.program().executable().toString(),
                "snapshot",
                "verify",
                folder.resolve("saved.db").toString()),
            Map.of())) {
      assertThat(status.end(0)).contains("verified", "keys: 1");
    }
  }

  @Test
  void aBackupIsMadeWithCertificateAndPassword() throws Exception {
    List<String> create =
        List.of("backup", "create", "--store", folder.resolve("store").toString(), "--json");
    try (Command created = keelson(create, certificates("ca"), user("right"))) {
      assertThat(created.end(0)).contains("\"verified\":true", "\"keys\":1");
    }
  }

  @Test
  void withoutAllOfThemThereIsNoFile() throws Exception {
    refused("no-user.db", certificates("ca"), List.of());
    refused("wrong-password.db", certificates("ca"), user("wrong"));
    refused("no-certificate.db", certificates("ca").subList(0, 2), user("right"));
    refused("wrong-authority.db", certificates("stranger"), user("right"));
  }

  private static void refused(String name, List<String> trust, List<String> user)
      throws InterruptedException {
    try (Command command = keelson(save(name), trust, user)) {
      assertThat(command.endBadly()).isNotBlank();
    }
    assertThat(folder.resolve(name)).doesNotExist();
  }

  @Test
  void halfOfAPairIsAMistake() throws Exception {
    try (Command command =
        keelson(save("half.db"), certificates("ca").subList(0, 4), user("right"))) {
      assertThat(command.end(USAGE)).contains("--cert and --key belong together");
    }
    try (Command command = keelson(save("half.db"), certificates("ca"), user("x").subList(0, 2))) {
      assertThat(command.end(USAGE)).contains("--user needs --password-file");
    }
  }
}
