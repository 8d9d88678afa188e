package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Half a gigabyte asked for in one call of a server whose heap is half of that. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class LargeAnswersIT {
  private static final int KEYS = 400;
  private static final int VALUE_BYTES = 5 << 18;
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);
  private static final String TOO_LARGE =
      "RESOURCE_EXHAUSTED: etcdserver: response is too large to be held in memory, set a limit;"
          + " a write in it has been applied";

  private static ServerProcess server;
  private static ManagedChannel channel;
  private static long pid;

  @BeforeAll
  static void load() throws InterruptedException {
    server = Servers.start();
    channel = Servers.connect(server);
    pid = server.pid();
    byte[] value = new byte[VALUE_BYTES];
    Random random = new Random(3);
    for (int i = 0; i < KEYS; i++) {
      random.nextBytes(value);
      put("k%03d".formatted(i), ByteString.copyFrom(value));
    }
  }

  @AfterAll
  static void stop() {
    channel.shutdownNow();
    server.close();
  }

  private static KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static void put(String key, ByteString value) {
    kv().put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(value).build());
  }

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL);
  }

  private static void assertItLives() {
    assertThat(server.isAlive()).isTrue();
    assertThat(server.pid()).isEqualTo(pid);
    assertThat(kv().range(all().setCountOnly(true).build()).getHeader().getRevision()).isPositive();
  }

  @Test
  @Order(1)
  void aPlainRangeComesWhole(@TempDir Path folder) throws IOException, InterruptedException {
    Path answer = folder.resolve("answer");
    Process etcdctl =
        new ProcessBuilder(
                Servers.etcdTool("etcdctl").toString(),
                "--endpoints=127.0.0.1:" + server.clientPort(),
                "--command-timeout=60s",
                "get",
                "",
                "--from-key",
                "--print-value-only")
            .redirectOutput(answer.toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    assertThat(etcdctl.waitFor(90, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(folder.resolve("errors"))).isEmpty();
    assertThat(Files.size(answer)).isEqualTo((long) KEYS * (VALUE_BYTES + 1));
    assertItLives();
  }

  @Test
  @Order(2)
  void whatHasToBeHeldIsRefused() {
    assertThatThrownBy(() -> kv().range(all().setSortTarget(SortTarget.VALUE).build()))
        .hasMessage(TOO_LARGE);
    assertThat(kv().range(all().setSortTarget(SortTarget.VALUE).setLimit(2).build()).getKvsCount())
        .isEqualTo(2);
    RequestOp read = RequestOp.newBuilder().setRequestRange(all()).build();
    assertThatThrownBy(() -> kv().txn(TxnRequest.newBuilder().addSuccess(read).build()))
        .hasMessage(TOO_LARGE);
    assertItLives();
  }

  @Test
  @Order(3)
  void theGatewayRefusesWhatItWouldHaveToTurnIntoJson() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + server.clientPort() + "/v3/kv/range"))
            .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"AA==\",\"range_end\":\"AA==\"}"))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(429);
      assertThat(response.body()).contains("received message larger than max");
    }
    assertItLives();
  }

  @Test
  @Order(4)
  void writesAreCarriedOutWhateverTheirAnswerTakes() {
    RequestOp read = RequestOp.newBuilder().setRequestRange(all()).build();
    RequestOp write =
        RequestOp.newBuilder()
            .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("new")))
            .build();
    assertThatThrownBy(
            () -> kv().txn(TxnRequest.newBuilder().addSuccess(write).addSuccess(read).build()))
        .hasMessage(TOO_LARGE);
    assertThat(kv().range(all().setCountOnly(true).build()).getCount()).isEqualTo(KEYS + 1);
    assertThatThrownBy(
            () ->
                kv().deleteRange(
                        DeleteRangeRequest.newBuilder()
                            .setKey(ALL)
                            .setRangeEnd(ALL)
                            .setPrevKv(true)
                            .build()))
        .hasMessage(TOO_LARGE);
    assertThat(kv().range(all().setCountOnly(true).build()).getCount()).isZero();
    assertItLives();
  }
}
