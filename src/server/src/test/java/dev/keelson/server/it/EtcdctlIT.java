package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** etcd's own command-line client, command by command. */
final class EtcdctlIT {
  private static ServerProcess server;
  private static Path etcdctl;

  @BeforeAll
  static void start() throws InterruptedException {
    etcdctl = Servers.etcdTool("etcdctl");
    server = Servers.start();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void putGetAndDelete() throws InterruptedException {
    assertThat(run("put", "kv/a", "1")).isEqualTo("OK");
    run("put", "kv/b", "3");
    run("put", "kv/c", "2");
    assertThat(run("get", "kv/a")).isEqualTo("kv/a\n1");
    assertThat(run("get", "--prefix", "kv/", "--keys-only")).isEqualTo("kv/a\n\nkv/b\n\nkv/c\n");
    assertThat(run("get", "--prefix", "kv/", "--count-only", "--write-out=fields"))
        .contains("\"Count\" : 3");
    assertThat(run("get", "--prefix", "kv/", "--sort-by=VALUE", "--order=DESCEND"))
        .isEqualTo("kv/b\n3\nkv/c\n2\nkv/a\n1");
    assertThat(run("get", "--prefix", "kv/", "--limit=1")).isEqualTo("kv/a\n1");
    long first = revisionOf("kv/a");
    assertThat(run("put", "--prev-kv", "kv/a", "9")).isEqualTo("OK\nkv/a\n1");
    assertThat(run("get", "kv/a", "--rev=" + first)).isEqualTo("kv/a\n1");
    assertThat(run("del", "--prefix", "--prev-kv", "kv/")).startsWith("3\nkv/a\n9\nkv/b\n3");
    assertThat(run("del", "kv/a")).isEqualTo("0");
    assertThat(fail("get", "kv/a", "--rev=1000000"))
        .contains("etcdserver: mvcc: required revision is a future revision");
  }

  @Test
  void transactionFromInput() throws InterruptedException {
    run("put", "txn/a", "1");
    try (Command txn = etcdctl("txn")) {
      String said =
          txn.input(
                  """
                  value("txn/a") = "1"
                  mod("txn/a") > "0"

                  put txn/a 2
                  get txn/a

                  put txn/failed yes

                  """)
              .end(0);
      assertThat(said).startsWith("SUCCESS\n\nOK\n\ntxn/a\n2");
    }
    assertThat(run("get", "txn/failed")).isEmpty();
  }

  @Test
  void watchFromThePastAndLive() throws InterruptedException {
    run("put", "watch/a", "1");
    long first = revisionOf("watch/a");
    try (Command watch = etcdctl("watch", "--prefix", "--prev-kv", "--rev=" + first, "watch/")) {
      watch.awaitLine("PUT");
      watch.awaitLine("watch/a");
      watch.awaitLine("1");
      run("put", "watch/a", "2");
      watch.awaitLine("PUT");
      watch.awaitLine("watch/a");
      watch.awaitLine("1");
      watch.awaitLine("watch/a");
      watch.awaitLine("2");
      run("del", "watch/a");
      watch.awaitLine("DELETE");
    }
  }

  @Test
  void leases() throws InterruptedException {
    String granted = run("lease", "grant", "100");
    assertThat(granted).matches("lease [0-9a-f]+ granted with TTL\\(100s\\)");
    String id = granted.split(" ", 3)[1];
    run("put", "--lease=" + id, "lease/a", "x");
    assertThat(run("lease", "keep-alive", "--once", id))
        .isEqualTo("lease " + id + " keepalived with TTL(100)");
    assertThat(run("lease", "timetolive", "--keys", id))
        .matches(
            "lease "
                + id
                + " granted with TTL\\(100s\\), remaining\\(\\d+s\\),"
                + " attached keys\\(\\[lease/a]\\)");
    assertThat(run("lease", "list")).contains(id);
    assertThat(run("lease", "revoke", id)).isEqualTo("lease " + id + " revoked");
    assertThat(run("get", "lease/a")).isEmpty();
    assertThat(run("lease", "timetolive", id)).isEqualTo("lease " + id + " already expired");
    assertThat(fail("lease", "revoke", id)).contains("etcdserver: requested lease not found");
  }

  @Test
  void compactionAndDefragment() throws InterruptedException {
    run("put", "compact/a", "1");
    run("put", "compact/a", "2");
    long revision = revisionOf("compact/a");
    assertThat(run("compaction", "--physical", Long.toString(revision)))
        .isEqualTo("compacted revision " + revision);
    assertThat(fail("get", "compact/a", "--rev=" + (revision - 1)))
        .contains("etcdserver: mvcc: required revision has been compacted");
    assertThat(run("defrag")).contains("Finished defragmenting etcd member[");
  }

  @Test
  void endpoints() throws InterruptedException {
    assertThat(run("endpoint", "status", "--write-out=table"))
        .contains("IS LEADER")
        .contains(server.endpoint())
        .contains("true");
    assertThat(run("endpoint", "status", "--write-out=json"))
        .contains("\"leader\":")
        .contains("\"raftIndex\":");
    assertThat(run("endpoint", "health")).contains("is healthy: successfully committed proposal");
    assertThat(run("endpoint", "hashkv")).matches("\\S+, \\d+");
    assertThat(run("alarm", "list")).isEmpty();
    assertThat(run("alarm", "disarm")).isEmpty();
  }

  @Test
  void members() throws InterruptedException {
    assertThat(run("member", "list")).matches("[0-9a-f]+, started, oracle, \\S+, \\S+, false");
    assertThat(fail("member", "remove", "123")).contains("etcdserver: member not found");
    assertThat(fail("move-leader", "123")).contains("etcdserver: bad leader transferee");
  }

  @Test
  void performanceCheck() throws InterruptedException {
    // Whether a shared build machine passes is its own affair; that the load runs is ours.
    try (Command check = etcdctl("check", "perf", "--load=s")) {
      check.awaitLine("Throughput");
      check.awaitLine("Slowest request");
    }
  }

  @Test
  void snapshotSave() throws InterruptedException, IOException {
    run("put", "snapshot/a", "1");
    Path folder = ScratchFolder.create("snapshot");
    try {
      Path file = folder.resolve("db");
      assertThat(run("snapshot", "save", file.toString())).contains("Snapshot saved at");
      assertThat(Files.size(file) % 512).as("the file ends with its SHA-256").isEqualTo(32);
    } finally {
      ScratchFolder.delete(folder);
    }
  }

  @Test
  void lockAndElect() throws InterruptedException {
    try (Command first = etcdctl("lock", "lock/a");
        Command second = etcdctl("lock", "lock/a")) {
      // Which one gets it is open; it holds the lock until it is interrupted.
      String owner = revealOwner();
      assertThat(owner).startsWith("lock/a/");
      first.terminate();
      second.terminate();
    }
    assertThat(run("lock", "lock/b", "echo", "inside")).contains("inside");
    try (Command leader = etcdctl("elect", "elect/a", "me")) {
      leader.awaitLine("elect/a/");
      leader.awaitLine("me");
      try (Command observer = etcdctl("elect", "--listen", "elect/a")) {
        observer.awaitLine("elect/a/");
        observer.awaitLine("me");
      }
    }
  }

  private static String revealOwner() throws InterruptedException {
    while (true) {
      String keys = run("get", "--prefix", "lock/a/", "--keys-only", "--sort-by=CREATE");
      if (!keys.isEmpty()) {
        return keys.lines().findFirst().orElseThrow();
      }
    }
  }

  @Test
  void makeMirror() throws InterruptedException {
    run("put", "mirror/a", "1");
    try (ServerProcess other = Servers.start();
        Command mirror = etcdctl("make-mirror", "--prefix=mirror/", other.endpoint())) {
      run("put", "mirror/b", "2");
      String copied = "";
      while (!copied.contains("mirror/b")) {
        copied = run(other, List.of("get", "--prefix", "mirror/"));
      }
      assertThat(copied).isEqualTo("mirror/a\n1\nmirror/b\n2");
      mirror.terminate();
    }
  }

  private static long revisionOf(String key) throws InterruptedException {
    Matcher field =
        Pattern.compile("\"ModRevision\" : (\\d+)").matcher(run("get", key, "--write-out=fields"));
    assertThat(field.find()).isTrue();
    return Long.parseLong(field.group(1));
  }

  private static String run(String... words) throws InterruptedException {
    return run(server, List.of(words));
  }

  private static String run(ServerProcess on, List<String> words) throws InterruptedException {
    try (Command command = etcdctl(on, words)) {
      return command.end(0);
    }
  }

  private static String fail(String... words) throws InterruptedException {
    try (Command command = etcdctl(words)) {
      return command.end(1);
    }
  }

  private static Command etcdctl(String... words) {
    return etcdctl(server, List.of(words));
  }

  private static Command etcdctl(ServerProcess on, List<String> words) {
    List<String> all = new ArrayList<>(List.of(etcdctl.toString(), "--endpoints", on.endpoint()));
    all.addAll(words);
    return Command.start(all, Map.of("ETCDCTL_API", "3"));
  }
}
