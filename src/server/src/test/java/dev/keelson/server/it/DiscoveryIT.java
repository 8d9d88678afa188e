package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.server.bootstrap.DnsServer;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that learn from a discovery service or from DNS who founds their cluster. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class DiscoveryIT {
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(90);
  private static final String DOMAIN = "cluster.test";

  private final List<ServerProcess> running = new ArrayList<>();

  @BeforeEach
  void keelson() {
    Servers.assumeKeelson("discovery by v3 (etcd has it from 3.6 on)");
  }

  @AfterEach
  void stop() {
    running.forEach(ServerProcess::close);
  }

  private ServerProcess launched(ServerProcess server) {
    running.add(server);
    server.launch();
    return server;
  }

  private ServerProcess service(ServerProgram program, String size) throws InterruptedException {
    ServerProcess service = launched(new ServerProcess(program, List.of()));
    service.awaitReady();
    put(service, "/_etcd/registry/token-1/_config/size", size);
    return service;
  }

  private static void put(ServerProcess server, String key, String value)
      throws InterruptedException {
    ManagedChannel channel = Servers.connect(server);
    try {
      var _ =
          KVGrpc.newBlockingStub(channel)
              .withWaitForReady()
              .withDeadlineAfter(30, TimeUnit.SECONDS)
              .put(
                  PutRequest.newBuilder()
                      .setKey(ByteString.copyFromUtf8(key))
                      .setValue(ByteString.copyFromUtf8(value))
                      .build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static ServerProcess founder(ServerProcess service, String name, String... more) {
    List<String> flags =
        new ArrayList<>(
            List.of(
                "--name=" + name,
                "--initial-cluster=",
                "--discovery-token=token-1",
                "--discovery-endpoints=127.0.0.1:1," + service.endpoint()));
    flags.addAll(List.of(more));
    return new ServerProcess(Servers.program(), flags);
  }

  private static void assertOneCluster(List<ServerProcess> members) throws InterruptedException {
    for (ServerProcess member : members) {
      member.awaitReady();
    }
    put(members.getFirst(), "k", "v");
    for (ServerProcess member : members) {
      ManagedChannel channel = Servers.connect(member);
      try {
        assertThat(
                ClusterGrpc.newBlockingStub(channel)
                    .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                    .getMembersList())
            .extracting(Member::getName)
            .containsExactlyInAnyOrder("m1", "m2", "m3");
        assertThat(
                KVGrpc.newBlockingStub(channel)
                    .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build())
                    .getCount())
            .isOne();
        // members that began with different names would by now be found to differ
        assertThat(
                MaintenanceGrpc.newBlockingStub(channel)
                    .alarm(AlarmRequest.getDefaultInstance())
                    .getAlarmsList())
            .isEmpty();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private void foundThrough(ServerProgram program) throws InterruptedException {
    ServerProcess service = service(program, "3");
    List<ServerProcess> members =
        List.of(founder(service, "m1"), founder(service, "m2"), founder(service, "m3"));
    members.forEach(this::launched);
    assertOneCluster(members);
    ServerProcess fourth = launched(founder(service, "m4"));
    assertThat(fourth.awaitExit(EXIT_TIMEOUT)).isNotZero();
    assertThat(fourth.logText())
        .contains("failed to join discovery cluster (discovery: cluster is full)");
    service.kill();
    members.getFirst().kill();
    members.getFirst().start(); // who has data asks nobody
    assertOneCluster(members);
  }

  @Test
  void threeMembersFindEachOtherThroughEtcd() throws InterruptedException {
    Path etcd = Servers.etcdTool("etcd");
    assumeTrue(ServerProgram.etcd().isPresent(), etcd + " cannot be run");
    foundThrough(ServerProgram.etcd().orElseThrow());
  }

  @Test
  void threeMembersFindEachOtherThroughKeelson() throws InterruptedException {
    foundThrough(Servers.program());
  }

  @Test
  void theRegistryHasToSayHowManyThereAre() throws InterruptedException {
    ServerProcess service = service(Servers.program(), "some");
    ServerProcess unknown = launched(founder(service, "m1", "--discovery-token=other"));
    ServerProcess unclear = launched(founder(service, "m2"));
    assertThat(unknown.awaitExit(EXIT_TIMEOUT)).isNotZero();
    assertThat(unknown.logText())
        .contains("failed to join discovery cluster (discovery: size key not found)");
    assertThat(unclear.awaitExit(EXIT_TIMEOUT)).isNotZero();
    assertThat(unclear.logText())
        .contains("failed to join discovery cluster (discovery: size key is bad)");
    assertThat(service.logText()).doesNotContain("members");
  }

  @Test
  void whoWaitsForOthersCanBeStopped() throws InterruptedException {
    ServerProcess service = service(Servers.program(), "2");
    ServerProcess lonely = launched(founder(service, "m1"));
    while (!lonely.logText().contains("waiting for peers from discovery service")) {
      assertThat(lonely.isAlive()).as(lonely.logText()).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(lonely.stop()).as("ended by itself").isTrue();
  }

  @Test
  void aServiceWithUsersWantsToKnowWhoAsks() throws InterruptedException {
    Path etcdctl = Servers.etcdTool("etcdctl");
    ServerProcess service = service(Servers.program(), "1");
    for (String words :
        List.of("user add root:canary-7", "user grant-role root root", "auth enable")) {
      List<String> command = new ArrayList<>(List.of(etcdctl.toString()));
      command.add("--endpoints=" + service.endpoint());
      command.addAll(List.of(words.split(" ")));
      try (Command run = Command.start(command, Map.of())) {
        var _ = run.end(0);
      }
    }
    ServerProcess wrong =
        launched(founder(service, "m1", "--discovery-user=root", "--discovery-password=guess"));
    assertThat(wrong.awaitExit(EXIT_TIMEOUT)).isNotZero();
    assertThat(wrong.logText())
        .contains("etcdserver: authentication failed, invalid user ID or password")
        .doesNotContain("guess");
    ServerProcess right =
        launched(founder(service, "m1", "--discovery-user=root", "--discovery-password=canary-7"));
    right.awaitReady();
    assertThat(right.logText()).contains("discovery joined cluster").doesNotContain("canary-7");
  }

  /** A founder that asks a name server of the test. */
  private static ServerProcess founderByDns(DnsServer dns, ServerProcess plain, String name) {
    ServerProgram program = Servers.program();
    List<String> arguments = new ArrayList<>();
    arguments.add("KEELSON_JAVA_OPTS=-Dkeelson.name-server=" + dns.address());
    arguments.add(program.executable().toString());
    arguments.addAll(program.arguments());
    return plain.of(
        new ServerProgram(program.name(), Path.of("/usr/bin/env"), arguments),
        List.of("--name=" + name, "--initial-cluster=", "--discovery-srv=" + DOMAIN));
  }

  @Test
  void threeMembersFindEachOtherInDns() throws InterruptedException {
    List<ServerProcess> plain =
        List.of(
            new ServerProcess(Servers.program(), List.of()),
            new ServerProcess(Servers.program(), List.of()),
            new ServerProcess(Servers.program(), List.of()));
    List<Integer> ports = plain.stream().map(ServerProcess::peerPort).toList();
    try (DnsServer dns = new DnsServer(Map.of("_etcd-server._tcp." + DOMAIN, ports))) {
      List<ServerProcess> members =
          List.of(
              founderByDns(dns, plain.get(0), "m1"),
              founderByDns(dns, plain.get(1), "m2"),
              founderByDns(dns, plain.get(2), "m3"));
      members.forEach(this::launched);
      assertOneCluster(members);
      ServerProcess stranger =
          founderByDns(dns, new ServerProcess(Servers.program(), List.of()), "m4");
      launched(stranger);
      assertThat(stranger.awaitExit(EXIT_TIMEOUT)).isNotZero();
      assertThat(stranger.logText())
          .contains("cannot find local etcd member \\\"m4\\\" in SRV records");
    }
  }
}
