package dev.keelson.node.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.kv.watch.WatchSettings;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames over HTTP/2 on the loopback, to a client that stops reading for a while. */
class WatchSocketTest {
  private static final int PUTS = 3000;
  private static final String VALUE = "x".repeat(2000);

  /** Reads only while permitted; counts events. */
  private static final class SlowReader
      implements ClientResponseObserver<WatchRequest, WatchResponse> {
    private final ConcurrentLinkedQueue<Long> revisions = new ConcurrentLinkedQueue<>();
    private final Semaphore created = new Semaphore(0);
    private final CountDownLatch all = new CountDownLatch(PUTS);
    private volatile boolean reading;
    private volatile @Nullable ClientCallStreamObserver<WatchRequest> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
      requests = stream;
      stream.disableAutoRequestWithInitial(1);
    }

    @Override
    public void onNext(WatchResponse response) {
      if (response.getCreated()) {
        created.release();
      }
      response
          .getEventsList()
          .forEach(
              event -> {
                revisions.add(event.getKv().getModRevision());
                all.countDown();
              });
      if (reading) {
        request();
      }
    }

    void readOn() {
      reading = true;
      request();
    }

    private void request() {
      ClientCallStreamObserver<WatchRequest> stream = requests;
      if (stream != null) {
        stream.request(1);
      }
    }

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}
  }

  @Test
  @Timeout(60)
  void slowReaderOnARealSocketGetsEveryRevisionOnce() throws Exception {
    PutLog log = new PutLog();
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    ExecutorService loops = Executors.newFixedThreadPool(2);
    WatchHub hub =
        new WatchHub(log, 1, 2, () -> 3, WatchSettings.DEFAULT, loops, loops, failures::add);
    WatchService service =
        new WatchService(hub, WatchAuthorizer.ALLOW_ALL, () -> true, () -> false, 64 << 10);
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(service)
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
            .usePlaintext()
            .build();
    try {
      SlowReader reader = new SlowReader();
      WatchGrpc.newStub(channel)
          .watch(reader)
          .onNext(
              WatchRequest.newBuilder()
                  .setCreateRequest(
                      WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")))
                  .build());
      reader.created.acquire();
      for (int i = 0; i < PUTS; i++) {
        hub.publish(List.of(log.put("a", VALUE)));
      }
      reader.readOn();
      reader.all.await();
      assertThat(List.copyOf(reader.revisions)).hasSize(PUTS).isSorted().doesNotHaveDuplicates();
    } finally {
      service.stop();
      channel.shutdownNow();
      server.shutdownNow();
      hub.close();
      loops.shutdownNow();
      server.awaitTermination(10, TimeUnit.SECONDS);
    }
    assertThat(failures).isEmpty();
  }
}
