package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Users and roles as etcd's own clients use them. */
final class AuthIT {
  private static final long SECONDS = 30;
  private static final String ROOT = "--user=root:root-canary-5431";
  private static final String ALICE = "--user=alice:alice-canary-8762";

  private static Path etcdctl;

  @BeforeAll
  static void tools() {
    etcdctl = Servers.etcdTool("etcdctl");
  }

  /** Adds root and a user who may read and write what begins with {@code own/}, and switches on. */
  private static void secure(ServerProcess server) throws InterruptedException {
    run(server, "user", "add", "root:root-canary-5431");
    run(server, "user", "grant-role", "root", "root");
    run(server, "user", "add", "alice:alice-canary-8762");
    run(server, "role", "add", "own");
    run(server, "role", "grant-permission", "own", "readwrite", "--prefix", "own/");
    run(server, "user", "grant-role", "alice", "own");
    assertThat(run(server, "auth", "enable")).contains("Authentication Enabled");
  }

  @Test
  void usersGetWhatTheyWereGranted() throws InterruptedException {
    try (ServerProcess server = Servers.start()) {
      secure(server);
      assertThat(fail(server, "put", "own/a", "1")).contains("etcdserver: user name is empty");
      assertThat(fail(server, "--user=alice:wrong", "get", "own/a"))
          .contains("etcdserver: authentication failed, invalid user ID or password");
      assertThat(run(server, ALICE, "put", "own/a", "1")).contains("OK");
      assertThat(run(server, ALICE, "get", "--prefix", "own/")).isEqualTo("own/a\n1");
      for (String[] beyond :
          new String[][] {
            {"put", "other", "1"},
            {"get", "--prefix", "own"},
            {"get", "--from-key", "own/"},
            {"del", "--prefix", ""},
            {"compaction", "1"},
            {"user", "list"},
            {"auth", "disable"},
            {"defrag"},
            {"member", "remove", "1"}
          }) {
        List<String> words = new ArrayList<>(List.of(ALICE));
        words.addAll(List.of(beyond));
        assertThat(fail(server, words.toArray(String[]::new)))
            .as("%s", words)
            .contains("etcdserver: permission denied");
      }
      assertThat(run(server, ALICE, "user", "get", "alice")).contains("Roles: own");
      assertThat(run(server, ALICE, "member", "list")).contains("started");
      assertThat(run(server, ROOT, "user", "list")).contains("alice\nroot");
      run(server, ROOT, "role", "revoke-permission", "own", "--prefix", "own/");
      assertThat(fail(server, ALICE, "get", "own/a")).contains("etcdserver: permission denied");
      run(server, ROOT, "auth", "disable");
      assertThat(run(server, "get", "own/a")).isEqualTo("own/a\n1");
    }
  }

  @Test
  void aWatchIsRefusedInTheWordsOfEtcd() throws InterruptedException {
    try (ServerProcess server = Servers.start()) {
      secure(server);
      try (Command watch = etcdctl(server, ALICE, "watch", "--prefix", "own")) {
        watch.awaitLine("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
      }
      try (Command watch = etcdctl(server, ALICE, "watch", "--prefix", "--rev=1", "own/")) {
        run(server, ALICE, "put", "own/a", "seen");
        watch.awaitLine("seen");
      }
    }
  }

  @Test
  void everythingIsThereAfterARestartAndNoPasswordIsOnDisk()
      throws InterruptedException, IOException {
    try (ServerProcess server = Servers.start()) {
      secure(server);
      run(server, ALICE, "put", "own/a", "1");
      server.kill();
      server.start();
      assertThat(fail(server, "get", "own/a")).contains("etcdserver: user name is empty");
      assertThat(run(server, ALICE, "get", "own/a")).isEqualTo("own/a\n1");
      server.stop();
      List<Path> files;
      try (Stream<Path> tree = Files.walk(server.dataFolder())) {
        files = new ArrayList<>(tree.filter(Files::isRegularFile).toList());
      }
      files.add(server.log());
      assertThat(files).hasSizeGreaterThan(3);
      for (Path file : files) {
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(content.contains("canary")).as("%s holds a password", file).isFalse();
      }
    }
  }

  @Test
  void jetcdLogsInAndFindsOutWhatIsDenied() throws Exception {
    try (ServerProcess server = Servers.start()) {
      secure(server);
      try (Client client =
          Client.builder()
              .endpoints("http://" + server.endpoint())
              .user(bytes("alice"))
              .password(bytes("alice-canary-8762"))
              .build()) {
        KV kv = client.getKVClient();
        await(kv.put(bytes("own/a"), bytes("1")));
        assertThat(await(kv.get(bytes("own/a"))).getKvs().getFirst().getValue())
            .isEqualTo(bytes("1"));
        assertThatThrownBy(() -> await(kv.put(bytes("other"), bytes("1"))))
            .hasMessageContaining("permission denied");
        // tokens do not survive it; the client has to notice and log in again
        server.kill();
        server.start();
        await(kv.put(bytes("own/a"), bytes("2")));
      }
    }
  }

  @Test
  void signedTokensWork() throws InterruptedException, IOException {
    Path folder = ScratchFolder.create("jwt");
    try {
      Path secret = Files.writeString(folder.resolve("secret"), "a secret between the members");
      try (ServerProcess server =
          Servers.start(
              "--auth-token=jwt,sign-method=HS256,priv-key=%s,ttl=1m".formatted(secret))) {
        secure(server);
        assertThat(run(server, ALICE, "put", "own/a", "1")).contains("OK");
        assertThat(fail(server, ALICE, "put", "other", "1"))
            .contains("etcdserver: permission denied");
        run(server, ROOT, "role", "grant-permission", "own", "write", "other");
        assertThat(run(server, ALICE, "put", "other", "1")).contains("OK");
      }
    } finally {
      ScratchFolder.delete(folder);
    }
  }

  @Test
  void aSnapshotTakesUsersAndRolesToEtcd() throws InterruptedException, IOException {
    Path etcd = Servers.etcdTool("etcd");
    Path etcdutl = Servers.etcdTool("etcdutl");
    Path folder = ScratchFolder.create("auth-snapshot");
    try (ServerProcess server = Servers.start();
        ServerProcess restored =
            new ServerProcess(new ServerProgram("etcd", etcd, List.of()), List.of())) {
      secure(server);
      run(server, ALICE, "put", "own/a", "1");
      String file = folder.resolve("db").toString();
      run(server, ROOT, "snapshot", "save", file);
      try (Command restore =
          Command.start(
              List.of(
                  etcdutl.toString(),
                  "snapshot",
                  "restore",
                  file,
                  "--data-dir",
                  restored.dataFolder().toString()),
              Map.of())) {
        restore.end(0);
      }
      restored.start();
      assertThat(fail(restored, "get", "own/a")).contains("etcdserver: user name is empty");
      assertThat(run(restored, ALICE, "get", "own/a")).isEqualTo("own/a\n1");
      assertThat(fail(restored, ALICE, "get", "other")).contains("etcdserver: permission denied");
      assertThat(run(restored, ROOT, "user", "list")).contains("alice\nroot");
    } finally {
      ScratchFolder.delete(folder);
    }
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(SECONDS, TimeUnit.SECONDS);
  }

  /** What the command says beside the client's warnings about its retries. */
  private static String run(ServerProcess server, String... words) throws InterruptedException {
    try (Command command = etcdctl(server, words)) {
      return String.join(
          "\n", command.end(0).lines().filter(line -> !line.startsWith("{\"level\":")).toList());
    }
  }

  private static String fail(ServerProcess server, String... words) throws InterruptedException {
    try (Command command = etcdctl(server, words)) {
      return command.end(1);
    }
  }

  private static Command etcdctl(ServerProcess server, String... words) {
    List<String> all =
        new ArrayList<>(List.of(etcdctl.toString(), "--endpoints", server.endpoint()));
    all.addAll(List.of(words));
    return Command.start(all, Map.of("ETCDCTL_API", "3"));
  }
}
