package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.DowngradeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The lines that tools and operators of etcd wait for. */
final class LogIT {
  private static void putAndGet(ServerProcess server) {
    ManagedChannel channel = Servers.connect(server);
    try {
      KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
      ByteString key = ByteString.copyFromUtf8("slow/key");
      ByteString value = ByteString.copyFromUtf8("canary");
      var _ = kv.put(PutRequest.newBuilder().setKey(key).setValue(value).build());
      var _ = kv.range(RangeRequest.newBuilder().setKey(key).build());
    } finally {
      channel.shutdownNow();
    }
  }

  private static List<JsonObject> lines(ServerProcess server) {
    return server
        .logText()
        .lines()
        .filter(
            line -> !line.startsWith("keelson: ")) // the launcher, when it prepares the first start
        .map(JsonObject::new)
        .toList();
  }

  private static JsonObject line(ServerProcess server, String message) {
    return lines(server).stream()
        .filter(line -> line.getString("msg").equals(message))
        .findFirst()
        .orElseThrow(() -> new AssertionError(message + " is not in " + server.logText()));
  }

  @Test
  void everyLineIsAnObjectEvenAtLevelDebug() throws InterruptedException {
    try (ServerProcess server = Servers.start("--log-level=debug")) {
      putAndGet(server);
      server.stop();
      List<JsonObject> lines = lines(server);
      assertThat(lines).hasSizeGreaterThan(8);
      assertThat(lines.stream().map(line -> line.getString("msg")))
          .containsSubsequence("received signal; shutting down", "closing member", "closed member");
      for (JsonObject line : lines) {
        assertThat(line.getString("ts"))
            .as(line.encode())
            .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}(Z|[+-]\\d{4})");
        assertThat(line.getString("caller")).as(line.encode()).matches("\\S+:\\d+");
        assertThat(line.getString("level")).as(line.encode()).matches("debug|info|warn");
        assertThat(line.getString("msg")).as(line.encode()).isNotEmpty();
      }
    }
  }

  @Test
  void theStartIsToldInEtcdsWords() throws InterruptedException {
    try (ServerProcess server = Servers.start("--snapshot-catchup-entries=1000")) {
      JsonObject start = line(server, "starting an etcd server");
      assertThat(start.encode()).contains("\"snapshot-catchup-entries\":1000");
      assertThat(line(server, "published local member to cluster through raft")).isNotNull();
      List<String> order = lines(server).stream().map(line -> line.getString("msg")).toList();
      int ready = order.indexOf("ready to serve client requests");
      assertThat(ready).isPositive();
      JsonObject serving =
          line(server, "serving client traffic insecurely; this is strongly discouraged!");
      assertThat(serving.getString("traffic")).isEqualTo("grpc+http");
      assertThat(serving.getString("address")).isEqualTo(server.endpoint());
    }
  }

  @Test
  void slowRequestsAreToldWithTheFieldsOfEtcd() throws InterruptedException {
    try (ServerProcess server =
        Servers.start("--warning-apply-duration=1ns", "--warning-unary-request-duration=1ns")) {
      putAndGet(server);
      server.stop();
      List<JsonObject> all = lines(server);
      JsonObject apply =
          all.stream()
              .filter(line -> line.getString("msg").equals("apply request took too long"))
              .filter(line -> line.getString("prefix").equals("read-only range "))
              .filter(line -> line.getString("request").contains("slow/key"))
              .findFirst()
              .orElseThrow();
      assertThat(apply.getString("level")).isEqualTo("warn");
      assertThat(apply.fieldNames())
          .contains("took", "expected-duration", "prefix", "request", "response", "error");
      assertThat(apply.getString("took")).matches("[0-9.]+m?s");
      JsonObject stats =
          all.stream()
              .filter(line -> line.getString("msg").equals("request stats"))
              .filter(line -> line.getString("response type").endsWith("/Put"))
              .findFirst()
              .orElseThrow();
      assertThat(stats.fieldNames())
          .contains(
              "start time",
              "time spent",
              "remote",
              "response type",
              "request size",
              "response size",
              "request content");
      assertThat(stats.getString("response type")).isEqualTo("/etcdserverpb.KV/Put");
      assertThat(stats.getString("request content")).contains("slow/key", "value_size:6");
      assertThat(server.logText()).as("values are nobody's business").doesNotContain("canary");
    }
  }

  @Test
  void forPeopleTheFieldsFollowTabs() throws InterruptedException {
    try (ServerProcess server = Servers.start("--log-format=console")) {
      String ready =
          server.logText().lines().filter(l -> l.contains("ready to serve")).findFirst().orElse("");
      String[] parts = ready.split("\t", -1);
      assertThat(parts).as(ready).hasSizeGreaterThanOrEqualTo(4);
      assertThat(parts[1].toLowerCase(Locale.ROOT)).isEqualTo("info");
      assertThat(parts[3]).isEqualTo("ready to serve client requests");
    }
  }

  private static String etcdctl(ServerProcess server, String... words) throws InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Servers.etcdTool("etcdctl").toString());
    command.addAll(List.of("--endpoints", server.endpoint()));
    command.addAll(List.of(words));
    try (Command etcdctl = Command.start(command, Map.of("ETCDCTL_API", "3"))) {
      return etcdctl.end(0);
    }
  }

  @Test
  void maintenanceIsToldInEtcdsWords() throws InterruptedException {
    try (ServerProcess server = Servers.start()) {
      putAndGet(server);
      putAndGet(server);
      etcdctl(server, "compact", "3", "--physical");
      etcdctl(server, "defrag");
      ManagedChannel channel = Servers.connect(server);
      try {
        MaintenanceGrpc.MaintenanceBlockingStub maintenance =
            MaintenanceGrpc.newBlockingStub(channel);
        assertThatThrownBy(
                () ->
                    maintenance.downgrade(
                        DowngradeRequest.newBuilder()
                            .setAction(DowngradeRequest.DowngradeAction.ENABLE)
                            .setVersion("3.4.0")
                            .build()))
            .hasMessageContaining("invalid downgrade target version");
      } finally {
        channel.shutdownNow();
      }
      server.stop();
      assertThat(line(server, "set initial cluster version").getString("cluster-version"))
          .isEqualTo("3.6.0");
      assertThat(line(server, "finished scheduled compaction").fieldNames())
          .contains(
              "compact-revision", "took", "current-db-size-bytes", "current-db-size-in-use-bytes");
      assertThat(line(server, "saved snapshot to disk").getLong("snapshot-index")).isPositive();
      assertThat(line(server, "starting defragment")).isNotNull();
      JsonObject finished = line(server, "finished defragmenting directory");
      assertThat(finished.fieldNames())
          .contains(
              "current-db-size-bytes-diff",
              "current-db-size-bytes",
              "current-db-size-in-use-bytes-diff",
              "current-db-size-in-use-bytes");
      assertThat(finished.getString("took")).matches("[0-9.]+m?s");
      assertThat(line(server, "reject downgrade request").getString("target-version"))
          .isEqualTo("3.4.0");
    }
  }

  @Test
  void changesOfRightsAndAlarmsAreTold() throws InterruptedException {
    try (ServerProcess server = Servers.start()) {
      ManagedChannel channel = Servers.connect(server);
      try {
        for (AlarmRequest.AlarmAction action :
            List.of(
                AlarmRequest.AlarmAction.ACTIVATE,
                AlarmRequest.AlarmAction.GET,
                AlarmRequest.AlarmAction.DEACTIVATE)) {
          var _ =
              MaintenanceGrpc.newBlockingStub(channel)
                  .alarm(
                      AlarmRequest.newBuilder()
                          .setAction(action)
                          .setMemberID(17)
                          .setAlarm(AlarmType.CORRUPT)
                          .build());
        }
      } finally {
        channel.shutdownNow();
      }
      etcdctl(server, "user", "add", "root:canary");
      etcdctl(server, "role", "add", "clerk");
      etcdctl(server, "role", "grant-permission", "clerk", "read", "a", "b");
      etcdctl(server, "role", "revoke-permission", "clerk", "a", "b");
      etcdctl(server, "user", "grant-role", "root", "clerk");
      etcdctl(server, "user", "revoke-role", "root", "clerk");
      etcdctl(server, "role", "delete", "clerk");
      etcdctl(server, "user", "add", "bob", "--no-password");
      etcdctl(server, "user", "delete", "bob");
      etcdctl(server, "user", "grant-role", "root", "root");
      etcdctl(server, "auth", "enable");
      etcdctl(server, "--user", "root:canary", "auth", "disable");
      server.stop();
      assertThat(lines(server).stream().map(line -> line.getString("msg")))
          .containsSubsequence(
              "alarm raised",
              "alarm disarmed",
              "added a user",
              "created a role",
              "granted/updated a permission to a role",
              "revoked a permission on range",
              "granted a role to a user",
              "revoked a role from a user",
              "deleted a role",
              "deleted a user",
              "enabled authentication",
              "disabled authentication");
      assertThat(line(server, "alarm raised").getString("from")).isEqualTo("11");
      assertThat(line(server, "added a user").getString("user-name")).isEqualTo("root");
      assertThat(server.logText()).doesNotContain("canary");
    }
  }

  @Test
  void aMemberThatComesAndItsSnapshotAreTold() throws InterruptedException {
    ServerProcess first =
        ServerProcess.cluster(Servers.program(), 1, List.of("--snapshot-catchup-entries=1"))
            .getFirst();
    try (first;
        ServerProcess second = ServerProcess.joining(List.of(first))) {
      first.start();
      for (int i = 0; i < 10; i++) {
        putAndGet(first);
      }
      etcdctl(first, "compact", "5", "--physical");
      etcdctl(first, "member", "add", "m2", "--learner", "--peer-urls=" + second.peerUrl());
      second.start();
      second.stop();
      first.stop();
      JsonObject added = line(first, "added member");
      assertThat(added.getString("local-member-id")).isEqualTo(added.getString("added-peer-id"));
      assertThat(lines(first).stream().map(line -> line.getString("msg")))
          .anyMatch(message -> message.matches("[0-9a-f]+ became leader at term \\d+"))
          .anyMatch(
              message ->
                  message.matches("raft.node: [0-9a-f]+ elected leader [0-9a-f]+ at term \\d+"));
      assertThat(lines(first).stream().map(JsonObject::encode))
          .anyMatch(text -> text.contains("added member") && text.contains(second.peerUrl()));
      JsonObject sent = line(first, "sent database snapshot");
      JsonObject applied = line(second, "applied snapshot");
      assertThat(applied.getLong("snapshot-index")).isEqualTo(sent.getLong("snapshot-index"));
    }
  }
}
