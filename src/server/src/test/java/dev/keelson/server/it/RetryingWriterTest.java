package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The writer finds what it is there to find. */
@Timeout(60)
class RetryingWriterTest {
  /** A store of keys that treats every tenth write in a way of its own. */
  private abstract static class Store extends KVGrpc.KVImplBase {
    private final AtomicLong writes = new AtomicLong();
    final Set<ByteString> keys = ConcurrentHashMap.newKeySet();

    abstract void tenth(PutRequest request, StreamObserver<PutResponse> answer);

    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> answer) {
      if (writes.incrementAndGet() % 10 == 0) {
        tenth(request, answer);
      } else {
        keys.add(request.getKey());
        acknowledge(answer);
      }
    }

    static void acknowledge(StreamObserver<PutResponse> answer) {
      answer.onNext(PutResponse.getDefaultInstance());
      answer.onCompleted();
    }

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
      int count = keys.contains(request.getKey()) ? 1 : 0;
      answer.onNext(RangeResponse.newBuilder().setCount(count).build());
      answer.onCompleted();
    }
  }

  private static List<Status.Code> refusals(Store store) throws IOException, InterruptedException {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Server server = NettyServerBuilder.forAddress(any).addService(store).build().start();
    try (RetryingWriter writer =
        new RetryingWriter(
            List.of(
                NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                    .usePlaintext()
                    .build()))) {
      writer.awaitAcknowledged(200);
      writer.stop();
      return writer.refusals().stream().map(Status::getCode).distinct().toList();
    } finally {
      server.shutdownNow();
    }
  }

  @Test
  void whatIsUnavailableIsTriedAgain() throws IOException, InterruptedException {
    Store store =
        new Store() {
          @Override
          void tenth(PutRequest request, StreamObserver<PutResponse> answer) {
            answer.onError(Status.UNAVAILABLE.asException());
          }
        };
    assertThat(refusals(store)).isEmpty();
  }

  @Test
  void anyOtherFailureIsNoted() throws IOException, InterruptedException {
    Store store =
        new Store() {
          @Override
          void tenth(PutRequest request, StreamObserver<PutResponse> answer) {
            answer.onError(Status.CANCELLED.asException());
          }
        };
    assertThat(refusals(store)).containsExactly(Status.Code.CANCELLED);
  }

  @Test
  void aWriteThatIsAcknowledgedAndLostIsNoted() throws IOException, InterruptedException {
    Store store =
        new Store() {
          @Override
          void tenth(PutRequest request, StreamObserver<PutResponse> answer) {
            acknowledge(answer);
          }
        };
    assertThat(refusals(store)).containsExactly(Status.Code.DATA_LOSS);
  }
}
