package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every command of etcdctl, in each way that it can show who it is. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class EtcdctlCommandsIT {
  private static final String ROOT = "root:roots-password";

  private static final Pattern COMMAND = Pattern.compile("(?m)^\\t([a-z-]+(?: [a-z-]+)?)\\t+\\S");

  /** What is not run here, and where it is or why not at all. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("completion bash", "asks no server"),
          Map.entry("completion fish", "asks no server"),
          Map.entry("completion powershell", "asks no server"),
          Map.entry("completion zsh", "asks no server"),
          Map.entry("help", "asks no server"),
          Map.entry("snapshot restore", "MigrationIT: it works on files"),
          Map.entry("snapshot status", "SnapshotIT: it works on files"),
          Map.entry("move-leader", "ClusterIT: it takes two members"),
          Map.entry("make-mirror", "EtcdctlIT: it takes two clusters"),
          Map.entry("check perf", "EtcdctlIT: it takes a minute"),
          Map.entry("check datascale", "as check perf, of which it is the larger"));

  /** How etcdctl comes to the server. */
  enum Way {
    PLAIN(false, false, false),
    PASSWORD(false, true, false),
    TLS(true, false, false),
    PASSWORD_OVER_TLS(true, true, false),
    COMMON_NAME(true, true, true);

    private final boolean encrypted;
    private final boolean auth;
    private final boolean byName;

    Way(boolean encrypted, boolean auth, boolean byName) {
      this.encrypted = encrypted;
      this.auth = auth;
      this.byName = byName;
    }
  }

  @TempDir private Path folder;

  private final Set<String> done = new TreeSet<>();
  private List<String> base = new ArrayList<>();

  @ParameterizedTest
  @EnumSource
  void everyCommandWorks(Way way) throws Exception {
    Set<String> known = known();
    String url = (way.encrypted ? "https" : "http") + "://127.0.0.1:" + Servers.freePort();
    Certificates certificates = new Certificates(folder).client("client", way.byName ? "root" : "");
    try (ServerProcess _ =
        Servers.startAt(url, way.encrypted ? certificates.serverFlags() : List.of())) {
      base = new ArrayList<>(List.of(Servers.etcdTool("etcdctl").toString(), "--endpoints=" + url));
      if (way.encrypted) {
        base.addAll(certificates.clientFlags("client"));
      }
      if (way.auth) {
        run("user", "add", ROOT);
        run("user", "grant-role", "root", "root");
        run("auth", "enable");
        if (!way.byName) {
          base.add("--user=" + ROOT);
        }
        assertThat(run("auth", "status")).contains("Authentication Status: true");
      } else {
        assertThat(run("auth", "status")).contains("Authentication Status: false");
      }
      keysAndLeases();
      usersAndRoles();
      membersAndUpkeep();
      locks();
      if (way.auth) {
        run("auth", "disable");
      } else {
        known.removeAll(Set.of("auth enable", "auth disable"));
      }
      known.removeAll(ELSEWHERE.keySet());
      assertThat(done).isEqualTo(known);
    }
  }

  private void keysAndLeases() throws InterruptedException {
    assertThat(run("put", "a", "1")).isEqualTo("OK");
    assertThat(run("get", "a", "--print-value-only")).isEqualTo("1");
    try (Command watch = start("watch", "--rev=2", "a")) {
      watch.awaitLine("PUT");
    }
    try (Command txn = start("txn")) {
      assertThat(txn.input("value(\"a\") = \"1\"\n\nput b 2\n\nget a\n\n").end(0))
          .contains("SUCCESS");
    }
    assertThat(run("del", "a")).isEqualTo("1");
    String lease = run("lease", "grant", "60").split(" ", -1)[1];
    assertThat(run("lease", "list")).contains(lease);
    assertThat(run("lease", "keep-alive", "--once", lease)).contains("keepalived with TTL(60)");
    assertThat(run("lease", "timetolive", "--keys", lease)).contains("granted with TTL(60s)");
    assertThat(run("lease", "revoke", lease)).contains("revoked");
    assertThat(run("compaction", "--physical", "2")).contains("compacted revision 2");
  }

  private void usersAndRoles() throws InterruptedException {
    run("role", "add", "clerk");
    run("role", "grant-permission", "clerk", "readwrite", "--prefix", "own/");
    assertThat(run("role", "get", "clerk")).contains("[own/, own0)");
    assertThat(run("role", "list")).contains("clerk");
    run("user", "add", "bob:pw");
    run("user", "grant-role", "bob", "clerk");
    assertThat(run("user", "get", "bob")).contains("clerk");
    assertThat(run("user", "list")).contains("bob");
    try (Command passwd = start("user", "passwd", "--interactive=false", "bob")) {
      assertThat(passwd.input("other\n").end(0)).contains("Password updated");
    }
    run("user", "revoke-role", "bob", "clerk");
    run("role", "revoke-permission", "clerk", "--prefix", "own/");
    run("user", "delete", "bob");
    run("role", "delete", "clerk");
  }

  private void membersAndUpkeep() throws InterruptedException {
    String self = run("member", "list").split(", ", -1)[0];
    assertThat(run("member", "add", "m2", "--learner", "--peer-urls=http://127.0.0.1:1"))
        .contains("added to cluster");
    String learner =
        run("member", "list")
            .lines()
            .map(line -> line.split(", ", -1)[0])
            .filter(id -> !id.equals(self))
            .findFirst()
            .orElseThrow();
    try (Command promote = start("member", "promote", learner)) {
      assertThat(promote.end(1))
          .contains("can only promote a learner member which is in sync with leader");
    }
    run("member", "update", learner, "--peer-urls=http://127.0.0.1:2");
    assertThat(run("member", "remove", learner)).contains("removed from cluster");
    assertThat(run("endpoint", "health")).contains("is healthy");
    assertThat(run("endpoint", "status")).contains(self);
    assertThat(run("endpoint", "hashkv")).isNotEmpty();
    assertThat(run("alarm", "list")).isEmpty();
    assertThat(run("alarm", "disarm")).isEmpty();
    assertThat(run("defrag")).contains("Finished defragmenting");
    assertThat(run("snapshot", "save", folder.resolve("snapshot").toString()))
        .contains("Snapshot saved");
    assertThat(run("version")).contains("API version");
  }

  private void locks() throws InterruptedException {
    assertThat(run("lock", "name", "echo", "held")).contains("held");
    try (Command elect = start("elect", "post", "me")) {
      elect.awaitLine("me");
      try (Command listen = start("elect", "--listen", "post")) {
        listen.awaitLine("me");
      }
    }
  }

  private static Set<String> known() throws InterruptedException {
    String etcdctl = Servers.etcdTool("etcdctl").toString();
    try (Command help = Command.start(List.of(etcdctl, "help"), Map.of("ETCDCTL_API", "3"))) {
      String text = help.end(0);
      Set<String> found = new TreeSet<>();
      COMMAND
          .matcher(text.substring(text.indexOf("COMMANDS:"), text.indexOf("OPTIONS:")))
          .results()
          .forEach(result -> found.add(result.group(1)));
      assertThat(found).hasSizeGreaterThan(40);
      return found;
    }
  }

  private Command start(String... words) {
    boolean alone =
        Set.of(
                "put",
                "get",
                "del",
                "txn",
                "watch",
                "compaction",
                "defrag",
                "lock",
                "elect",
                "version")
            .contains(words[0]);
    done.add(alone ? words[0] : words[0] + " " + words[1]);
    List<String> command = new ArrayList<>(base);
    command.addAll(List.of(words));
    return Command.start(command, Map.of("ETCDCTL_API", "3"));
  }

  private String run(String... words) throws InterruptedException {
    try (Command command = start(words)) {
      return command.end(0);
    }
  }
}
