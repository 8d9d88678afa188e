package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
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
    return server.logText().lines().map(JsonObject::new).toList();
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
}
