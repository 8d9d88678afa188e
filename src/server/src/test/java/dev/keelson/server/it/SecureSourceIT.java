package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
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

  private static Certificates certificates;
  private static ServerProcess server;
  private static String url;

  @BeforeAll
  static void start() throws Exception {
    Servers.assumeKeelson("its own program");
    certificates = new Certificates(folder).client("client", "").stranger("stranger");
    Files.writeString(folder.resolve("right"), "roots-password\n");
    Files.writeString(folder.resolve("wrong"), "not-the-password\n");
    url = "https://127.0.0.1:" + Servers.freePort();
    server = Servers.startAt(url, certificates.serverFlags());
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

  private static void etcdctl(String... words) throws InterruptedException {
    List<String> all = new ArrayList<>(List.of(Servers.etcdTool("etcdctl").toString()));
    all.addAll(List.of("--endpoints", url));
    all.addAll(certificates.clientFlags("client"));
    all.addAll(List.of(words));
    try (Command command = Command.start(all, Map.of())) {
      assertThat(command.end(0)).isNotNull();
    }
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
    try (Command saved =
        keelson(save("saved.db"), certificates.clientFlags("client"), user("right"))) {
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
  void theUserMayBringThePassword() throws Exception {
    for (List<String> user :
        List.of(
            List.of("--user", "root:roots-password"),
            List.of("--user=root", "--password=roots-password"))) {
      try (Command saved = keelson(save("brought.db"), certificates.clientFlags("client"), user)) {
        assertThat(saved.end(0)).contains("saved");
      }
    }
  }

  @Test
  void variablesOfEtcdctlStandInForFlags() throws Exception {
    List<String> flags = certificates.clientFlags("client");
    List<String> words = new ArrayList<>(List.of(Servers.program().executable().toString()));
    words.addAll(save("environment.db"));
    Map<String, String> environment =
        Map.of(
            "ETCDCTL_ENDPOINTS",
            url,
            "ETCDCTL_CACERT",
            flags.get(1),
            "ETCDCTL_CERT",
            flags.get(3),
            "ETCDCTL_KEY",
            flags.get(5),
            "ETCDCTL_USER",
            "root",
            "ETCDCTL_PASSWORD",
            "roots-password");
    try (Command saved = Command.start(words, environment)) {
      assertThat(saved.end(0)).contains("saved");
    }
    words.addAll(user("wrong"));
    try (Command refused = Command.start(words, environment)) {
      assertThat(refused.endBadly()).contains("invalid user ID or password");
    }
  }

  @Test
  void aBackupIsMadeWithCertificateAndPassword() throws Exception {
    List<String> create =
        List.of("backup", "create", "--store", folder.resolve("store").toString(), "--json");
    try (Command created = keelson(create, certificates.clientFlags("client"), user("right"))) {
      assertThat(created.end(0)).contains("\"verified\":true", "\"keys\":1");
    }
  }

  @Test
  void withoutAllOfThemThereIsNoFile() throws Exception {
    refused("no-user.db", certificates.clientFlags("client"), List.of());
    refused("wrong-password.db", certificates.clientFlags("client"), user("wrong"));
    refused("no-certificate.db", certificates.trustFlags(), user("right"));
    refused("wrong-authority.db", certificates.clientFlags("stranger", "client"), user("right"));
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
        keelson(save("half.db"), certificates.clientFlags("client").subList(0, 4), user("right"))) {
      assertThat(command.end(USAGE)).contains("--cert and --key belong together");
    }
    try (Command command =
        keelson(save("half.db"), certificates.clientFlags("client"), user("x").subList(0, 2))) {
      assertThat(command.end(USAGE)).contains("--user needs a password");
    }
  }
}
