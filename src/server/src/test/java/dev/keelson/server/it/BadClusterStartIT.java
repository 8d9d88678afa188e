package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members whose flags, or whose data, do not fit the cluster: each is told what is wrong. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
final class BadClusterStartIT {
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(90);

  private final List<ServerProcess> running = new ArrayList<>();
  private ServerProcess first;
  private ServerProcess second;

  @BeforeEach
  void twoMembers() throws InterruptedException {
    Servers.assumeKeelson("these messages");
    List<ServerProcess> members = ServerProcess.cluster(Servers.program(), 2, List.of());
    running.addAll(members);
    first = members.getFirst();
    second = members.getLast();
    first.launch();
    second.launch();
    first.awaitReady();
    second.awaitReady();
  }

  @AfterEach
  void stop() {
    running.forEach(ServerProcess::close);
  }

  private void assertRefused(ServerProcess server, String... messages) throws InterruptedException {
    running.add(server);
    server.launch();
    assertThat(server.awaitExit(EXIT_TIMEOUT)).as("exit code").isNotZero();
    assertThat(server.logText()).contains(messages);
  }

  @Test
  void flagsThatDoNotFitTheCluster() throws InterruptedException {
    ServerProcess third = ServerProcess.joining(List.of(first, second));
    // three names for a cluster of two: it was not added
    assertRefused(
        third,
        "error validating peerURLs: member count is unequal: --initial-cluster=m1="
            + first.peerUrl(),
        "names 3 members, the cluster has 2");
    // as many, but another address
    assertRefused(
        third.with("--initial-cluster", "m1=" + first.peerUrl() + ",m3=" + third.peerUrl()),
        "PeerURLs: no match found for existing member (",
        "in --initial-cluster=m1=" + first.peerUrl() + ",m3=" + third.peerUrl());
    assertRefused(
        third.with("--name", "m9"),
        "couldn't find local name \\\"m9\\\" in the initial cluster configuration");
    assertRefused(
        third.with("--initial-advertise-peer-urls", "http://127.0.0.1:1"),
        "--initial-cluster has m3="
            + third.peerUrl()
            + " but missing from --initial-advertise-peer-urls=m3=http://127.0.0.1:1");
    assertRefused(
        third.with("--initial-cluster", "m1=http://127.0.0.1:1,m3=" + third.peerUrl()),
        "cannot fetch cluster info from peer urls",
        "http://127.0.0.1:1");
  }

  @Test
  void aFounderThatLostItsDataDoesNotVoteTwice() throws InterruptedException {
    second.kill();
    ServerProcess again = second.with();
    assertRefused(again, "member ", " has already been bootstrapped");
  }

  @Test
  void aMemberThatLostItsDataDoesNotJoinUnderItsOldId() throws InterruptedException {
    second.kill();
    ServerProcess again = second.with("--initial-cluster-state", "existing");
    assertRefused(
        again,
        "member ",
        " has already been bootstrapped, and its data is not in --data-dir=" + again.dataFolder());
  }

  @Test
  void theDataOfAnotherMember() throws InterruptedException {
    assertThat(first.stop()).isTrue();
    assertThat(second.stop()).isTrue();
    assertRefused(
        first.onDataOf(second),
        "--data-dir=" + second.dataFolder() + " holds the data of member ",
        "(--name=m2), but --name=m1 and --initial-advertise-peer-urls=" + first.peerUrl(),
        " are those of member ");
    // and with its own data it goes on
    first.launch();
    second.launch();
    first.awaitReady();
  }

  @Test
  void theDataOfAnotherCluster() throws InterruptedException {
    ServerProcess stranger = ServerProcess.cluster(Servers.program(), 1, List.of()).getFirst();
    running.add(stranger);
    stranger.start();
    assertThat(stranger.stop()).isTrue();
    second.kill();
    ServerProcess mistaken = second.onDataOf(stranger);
    running.add(mistaken);
    // it is a member of its own cluster, as its log says, and the others do not take it for one
    mistaken.launch();
    long end = System.nanoTime() + EXIT_TIMEOUT.toNanos();
    while (!first.logText().contains("cluster ID mismatch")) {
      assertThat(System.nanoTime()).as(first.logText()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }
}
