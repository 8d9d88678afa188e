package dev.keelson.node.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.kv.watch.WatchSettings;
import dev.keelson.proto.etcdserverpb.WatchCancelRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchProgressRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service over the in-process transport, all in the test's thread. */
class WatchServiceTest {
  private static final String DENIED =
      "rpc error: code = PermissionDenied desc = etcdserver: permission denied";

  private final PutLog log = new PutLog();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<Throwable> failures = new ArrayList<>();
  private final WatchHub hub =
      new WatchHub(
          log, 1, 2, () -> 3, WatchSettings.DEFAULT, tasks::add, tasks::add, failures::add);
  private boolean leader = true;
  private final WatchService service =
      new WatchService(
          hub,
          (call, headers, key, rangeEnd) -> key[0] == 's' && rangeEnd.length == 0 ? DENIED : null,
          () -> leader,
          () -> false,
          WatchService.DEFAULT_BUDGET_BYTES);
  private final Server server =
      InProcessServerBuilder.forName("watch").directExecutor().addService(service).build();
  private final ManagedChannel channel =
      InProcessChannelBuilder.forName("watch").directExecutor().build();

  /** A client call whose messages arrive only as far as they were requested. */
  private static final class Client extends ClientCall.Listener<WatchResponse> {
    private final ClientCall<WatchRequest, WatchResponse> call;
    private final List<WatchResponse> responses = new ArrayList<>();
    private @Nullable Status status;

    Client(ManagedChannel channel, Metadata headers, int requested) {
      call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
      call.start(this, headers);
      call.request(requested);
    }

    @Override
    public void onMessage(WatchResponse message) {
      responses.add(message);
    }

    @Override
    public void onClose(Status closed, Metadata trailers) {
      status = closed;
    }

    void create(String key) {
      call.sendMessage(
          WatchRequest.newBuilder()
              .setCreateRequest(
                  WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)))
              .build());
    }
  }

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    assertThat(failures).isEmpty();
  }

  private void put(String key) {
    hub.publish(List.of(log.put(key, "value")));
    settle();
  }

  private void settle() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private Client client() {
    return new Client(channel, new Metadata(), 1000);
  }

  private Client clientThatRequiresLeader() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    return new Client(channel, headers, 1000);
  }

  @Test
  void eventsProgressAndCancelTravelOverTheWire() {
    Client client = client();
    client.create("a");
    settle();
    put("a");
    put("b");
    client.call.sendMessage(
        WatchRequest.newBuilder()
            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
            .build());
    settle();
    client.call.sendMessage(
        WatchRequest.newBuilder()
            .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(0))
            .build());
    assertThat(client.responses).hasSize(4);
    assertThat(client.responses.get(0).getCreated()).isTrue();
    assertThat(client.responses.get(0).getHeader().getClusterId()).isEqualTo(1);
    assertThat(client.responses.get(0).getHeader().getMemberId()).isEqualTo(2);
    assertThat(client.responses.get(0).getHeader().getRaftTerm()).isEqualTo(3);
    assertThat(client.responses.get(1).getEvents(0).getKv().getValue().toStringUtf8())
        .isEqualTo("value");
    assertThat(client.responses.get(2).getWatchId()).isEqualTo(-1);
    assertThat(client.responses.get(2).getHeader().getRevision()).isEqualTo(3);
    assertThat(client.responses.get(3).getCanceled()).isTrue();
  }

  @Test
  void trap20HalfClosedStreamKeepsReceiving() {
    Client client = client();
    client.create("a");
    client.call.halfClose();
    settle();
    put("a");
    assertThat(client.responses).hasSize(2);
    assertThat(client.status).isNull();
    assertThat(hub.metrics().streams()).isEqualTo(1);
  }

  @Test
  void clientCancelClosesTheStream() {
    Client client = client();
    client.create("a");
    client.call.cancel("done", null);
    settle();
    assertThat(hub.metrics().streams()).isZero();
    assertThat(hub.metrics().watchers()).isZero();
    put("a");
  }

  @Test
  void deniedCreationCarriesTheReasonAndTheStreamGoesOn() {
    Client client = client();
    client.create("secret");
    client.create("a");
    settle();
    WatchResponse refused = client.responses.get(0);
    assertThat(refused.getCreated()).isTrue();
    assertThat(refused.getCanceled()).isTrue();
    assertThat(refused.getWatchId()).isEqualTo(-1);
    assertThat(refused.getCancelReason()).isEqualTo(DENIED);
    assertThat(client.responses.get(1).getCanceled()).isFalse();
  }

  @Test
  void requestOfNoKnownKindIsIgnored() {
    Client client = client();
    client.call.sendMessage(WatchRequest.getDefaultInstance());
    client.create("a");
    assertThat(client.responses).hasSize(1);
  }

  @Test
  void withoutLeaderACallThatRequiresOneIsRefusedAtOpen() {
    leader = false;
    Client strict = clientThatRequiresLeader();
    assertUnavailable(strict, "etcdserver: no leader");
    Client lenient = client();
    lenient.create("a");
    assertThat(lenient.status).isNull();
    assertThat(lenient.responses).hasSize(1);
  }

  @Test
  void losingTheLeaderEndsOnlyCallsThatRequireOne() {
    Client strict = clientThatRequiresLeader();
    Client lenient = client();
    strict.create("a");
    service.leaderLost();
    assertUnavailable(strict, "etcdserver: no leader");
    assertThat(lenient.status).isNull();
    assertThat(hub.metrics().streams()).isEqualTo(1);
  }

  @Test
  void stoppingEndsEveryCallAndLaterOnes() {
    Client before = client();
    before.create("a");
    service.stop();
    assertUnavailable(before, "etcdserver: server stopped");
    assertUnavailable(client(), "etcdserver: server stopped");
    assertThat(hub.metrics().streams()).isZero();
    put("a");
  }

  @Test
  void clientThatDoesNotReadIsSentNothingAndLosesNothing() {
    Client client = new Client(channel, new Metadata(), 1);
    client.create("a");
    settle();
    for (int i = 0; i < 50; i++) {
      put("a");
    }
    assertThat(client.responses).hasSize(1);
    assertThat(hub.metrics().slowWatchers()).isEqualTo(1);
    assertThat(hub.metrics().eventsSent()).isZero();
    client.call.request(1000);
    settle();
    assertThat(
            client.responses.stream()
                .flatMap(response -> response.getEventsList().stream())
                .map(event -> event.getKv().getModRevision()))
        .hasSize(50)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(hub.metrics().slowWatchers()).isZero();
  }

  @Test
  void clientThatOnlyWritesIsNotReadEither() {
    Client client = new Client(channel, new Metadata(), 1);
    for (int i = 0; i < 20; i++) {
      client.create("a");
    }
    settle();
    assertThat(hub.metrics().watchers()).isLessThan(5);
    client.call.request(1000);
    settle();
    assertThat(client.responses).hasSize(20);
    assertThat(hub.metrics().watchers()).isEqualTo(20);
  }

  private static void assertUnavailable(Client client, String text) {
    Status status = client.status;
    assertThat(status).isNotNull();
    if (status != null) {
      assertThat(status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(status.getDescription()).isEqualTo(text);
    }
  }
}
