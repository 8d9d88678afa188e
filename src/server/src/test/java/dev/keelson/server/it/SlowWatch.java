package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A watch on a connection of its own that reads only when told to. */
final class SlowWatch
    implements ClientResponseObserver<WatchRequest, WatchResponse>, AutoCloseable {
  private final ManagedChannel channel;
  private final BlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
  private @Nullable ClientCallStreamObserver<WatchRequest> requests;

  /** Watches everything that starts with the prefix, and asks for one response only. */
  SlowWatch(ServerProcess server, String prefix) {
    channel = Servers.connect(server);
    WatchGrpc.newStub(channel).watch(this);
    ByteString key = ByteString.copyFromUtf8(prefix.isEmpty() ? "\0" : prefix);
    ByteString end =
        prefix.isEmpty()
            ? ByteString.copyFrom(new byte[1])
            : key.substring(0, key.size() - 1)
                .concat(ByteString.copyFrom(new byte[] {(byte) (key.byteAt(key.size() - 1) + 1)}));
    stream()
        .onNext(
            WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key).setRangeEnd(end))
                .build());
    stream().request(1);
  }

  void awaitCreated(int seconds) throws InterruptedException {
    WatchResponse created = responses.poll(seconds, TimeUnit.SECONDS);
    assertThat(created).isNotNull();
    assertThat(created.getCreated()).isTrue();
  }

  /** Reads on until that many events came; returns their revisions. */
  List<Long> readUntil(int events, int seconds) throws InterruptedException {
    List<Long> revisions = new ArrayList<>();
    while (revisions.size() < events) {
      stream().request(1);
      WatchResponse response = responses.poll(seconds, TimeUnit.SECONDS);
      assertThat(response).as("response after %d events", revisions.size()).isNotNull();
      assertThat(response.getCanceled()).as("watch cancelled: %s", response).isFalse();
      response.getEventsList().forEach(event -> revisions.add(event.getKv().getModRevision()));
    }
    return revisions;
  }

  /** Drops the connection without a word. */
  void vanish() {
    channel.shutdownNow();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
    stream.disableAutoRequestWithInitial(0);
    requests = stream;
  }

  @Override
  public void onNext(WatchResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable failure) {
    responses.add(
        WatchResponse.newBuilder().setCanceled(true).setCancelReason("" + failure).build());
  }

  @Override
  public void onCompleted() {
    responses.add(WatchResponse.newBuilder().setCanceled(true).setCancelReason("ended").build());
  }

  @Override
  public void close() {
    vanish();
  }

  private ClientCallStreamObserver<WatchRequest> stream() {
    ClientCallStreamObserver<WatchRequest> open = requests;
    if (open == null) {
      throw new IllegalStateException("the stream was never opened");
    }
    return open;
  }
}
