package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Three members in processes of their own, seen by etcdctl, jetcd and a writer that goes on. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClusterIT {
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(60);

  private final List<ServerProcess> members = new ArrayList<>();

  @BeforeEach
  void start() throws InterruptedException {
    members.addAll(ServerProcess.cluster(Servers.program(), 3, List.of()));
    for (ServerProcess member : members) {
      member.launch();
    }
    for (ServerProcess member : members) {
      member.awaitReady();
    }
  }

  @AfterEach
  void stop() {
    members.forEach(ServerProcess::close);
  }

  private String endpoints() {
    return members.stream().map(ServerProcess::endpoint).collect(Collectors.joining(","));
  }

  private String etcdctl(String... words) throws InterruptedException {
    return etcdctlAt(endpoints(), 0, words);
  }

  private static String etcdctlAt(String endpoints, int exitCode, String... words)
      throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Servers.etcdTool("etcdctl").toString());
    command.addAll(List.of("--endpoints", endpoints));
    command.addAll(List.of(words));
    try (Command etcdctl = Command.start(command, Map.of("ETCDCTL_API", "3"))) {
      return etcdctl.end(exitCode);
    }
  }

  /** The id of a member, as etcdctl prints it. */
  private String idOf(String name) throws InterruptedException {
    return etcdctl("member", "list")
        .lines()
        .map(line -> line.split(", ", -1))
        .filter(fields -> fields[2].equals(name))
        .findFirst()
        .orElseThrow()[0];
  }

  private ServerProcess leader() throws InterruptedException {
    for (ServerProcess member : members) {
      String status = etcdctlAt(member.endpoint(), 0, "endpoint", "status");
      if (status.split(", ", -1)[4].equals("true")) {
        return member;
      }
    }
    throw new IllegalStateException("no member leads");
  }

  @Test
  void etcdctlSeesOneCluster() throws InterruptedException {
    assertThat(etcdctl("endpoint", "health", "--cluster").lines())
        .hasSize(3)
        .allMatch(line -> line.contains("is healthy"));
    assertThat(etcdctl("endpoint", "status").lines())
        .hasSize(3)
        .filteredOn(line -> line.split(", ", -1)[4].equals("true"))
        .hasSize(1);
    for (int i = 0; i < 3; i++) {
      etcdctlAt(members.get(i).endpoint(), 0, "put", "key", "written through " + i);
      for (ServerProcess reader : members) {
        assertThat(etcdctlAt(reader.endpoint(), 0, "get", "key", "--print-value-only"))
            .isEqualTo("written through " + i);
      }
    }
    assertThat(
            etcdctl("endpoint", "hashkv").lines().map(line -> line.split(", ", -1)[1]).distinct())
        .hasSize(1);
  }

  @Test
  void membersComeAndGo() throws InterruptedException {
    ServerProcess fourth = ServerProcess.joining(members);
    // etcd's rule: the members must have been connected for five seconds
    TimeUnit.SECONDS.sleep(6);
    assertThat(etcdctl("member", "add", "m4", "--learner", "--peer-urls=" + fourth.peerUrl()))
        .contains("added to cluster");
    fourth.launch();
    fourth.awaitReady();
    // a learner answers none of these, so it is not asked
    String learner = idOf("m4");
    assertThat(etcdctl("member", "promote", learner)).contains("promoted in cluster");
    members.add(fourth);
    assertThat(etcdctl("member", "update", learner, "--peer-urls=" + fourth.peerUrl()))
        .contains("updated in cluster");
    assertThat(etcdctlAt(fourth.endpoint(), 0, "put", "through", "the fourth")).isEqualTo("OK");

    ServerProcess leader = leader();
    String successor = leader == fourth ? idOf("m1") : learner;
    assertThat(etcdctl("move-leader", successor)).contains("Leadership transferred");
    TimeUnit.SECONDS.sleep(6);
    assertThat(etcdctlAt(members.getFirst().endpoint(), 0, "member", "remove", learner))
        .contains("removed from cluster");
    assertThat(fourth.awaitExit(EXIT_TIMEOUT)).isZero();
    assertThat(fourth.logText()).contains("permanently removed from the cluster");
    fourth.launch();
    // it knows by itself, or the others tell it
    assertThat(fourth.awaitExit(EXIT_TIMEOUT)).isBetween(0, 1);
    assertThat(fourth.logText()).contains("permanently removed from the cluster");
    members.remove(fourth);
    assertThat(etcdctl("endpoint", "health", "--cluster").lines()).hasSize(3);
  }

  @Test
  void anyMemberMayBeKilledUnderLoad() throws InterruptedException {
    try (RetryingWriter writer = RetryingWriter.through(members)) {
      for (ServerProcess member : members) {
        writer.awaitAcknowledged(100);
        member.kill();
        writer.awaitAcknowledged(100);
        member.start();
      }
      writer.awaitAcknowledged(100);
      writer.stop();
      assertThat(writer.refusals()).as("answers other than Unavailable").isEmpty();
      for (ServerProcess member : members) {
        writer.assertAllThere(member);
      }
    }
  }

  @Test
  void aRollingRestartFailsNoRequestOfAClientThatRetries() throws InterruptedException {
    try (RetryingWriter writer = RetryingWriter.through(members)) {
      for (ServerProcess member : members) {
        writer.awaitAcknowledged(100);
        assertThat(member.stop()).as("ends by itself").isTrue();
        writer.awaitAcknowledged(100);
        member.start();
      }
      writer.awaitAcknowledged(100);
      writer.stop();
      assertThat(writer.refusals()).as("answers other than Unavailable").isEmpty();
      for (ServerProcess member : members) {
        writer.assertAllThere(member);
      }
    }
  }

  @Test
  void jetcdWorksWithThreeEndpoints() throws Exception {
    String[] urls =
        members.stream().map(member -> "http://" + member.endpoint()).toArray(String[]::new);
    try (Client client = Client.builder().endpoints(urls).build()) {
      ByteSequence key = ByteSequence.from("jetcd", StandardCharsets.UTF_8);
      for (int i = 0; i < 30; i++) {
        ByteSequence value = ByteSequence.from("value " + i, StandardCharsets.UTF_8);
        var _ = client.getKVClient().put(key, value).get(30, TimeUnit.SECONDS);
        assertThat(
                client
                    .getKVClient()
                    .get(key)
                    .get(30, TimeUnit.SECONDS)
                    .getKvs()
                    .getFirst()
                    .getValue())
            .isEqualTo(value);
      }
      assertThat(client.getClusterClient().listMember().get(30, TimeUnit.SECONDS).getMembers())
          .hasSize(3);
    }
  }
}
