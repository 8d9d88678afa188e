package dev.keelson.node.api.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls from inside the process, with methods that keep to gRPC's contract and no more. */
@Timeout(60)
class LocalServicesTest {
  private static final RangeRequest REQUEST =
      RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
  private static final Caller CALLER = new Caller(new Metadata(), Attributes.EMPTY, null);

  private final AtomicInteger unclosed = new AtomicInteger();

  private RangeResponse call(ServerCallHandler<RangeRequest, RangeResponse> handler)
      throws StatusException, InterruptedException {
    MethodDescriptor<RangeRequest, RangeResponse> method =
        KVGrpc.getRangeMethod().toBuilder().setResponseMarshaller(counting()).build();
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME).addMethod(method, handler).build();
    return new LocalServices(List.of(service)).call(KVGrpc.getRangeMethod(), REQUEST, CALLER);
  }

  /** Answers that have to be closed. */
  private MethodDescriptor.Marshaller<RangeResponse> counting() {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public InputStream stream(RangeResponse value) {
        unclosed.incrementAndGet();
        return new ByteArrayInputStream(value.toByteArray()) {
          @Override
          public void close() {
            unclosed.decrementAndGet();
          }
        };
      }

      @Override
      public RangeResponse parse(InputStream stream) {
        throw new IllegalStateException("the caller parses");
      }
    };
  }

  /** A method that fails when a message comes that it has not asked for. */
  private static final class Strict extends ServerCall.Listener<RangeRequest> {
    private final ServerCall<RangeRequest, RangeResponse> call;
    private final Status end;
    private volatile int asked;
    private boolean received;

    Strict(ServerCall<RangeRequest, RangeResponse> call, Status end) {
      this.call = call;
      this.end = end;
    }

    void ask() {
      asked = 1;
      call.request(1);
    }

    @Override
    public void onMessage(RangeRequest message) {
      if (asked != 1) {
        throw new IllegalStateException("a message that was not asked for");
      }
      received = true;
    }

    @Override
    public void onHalfClose() {
      if (!received) {
        throw new IllegalStateException("the end before the message");
      }
      call.sendHeaders(new Metadata());
      call.sendMessage(RangeResponse.newBuilder().setCount(3).build());
      call.close(end, new Metadata());
    }
  }

  @Test
  void aMethodThatStartsLaterGetsItsMessageThen() throws Exception {
    RangeResponse answer =
        call(
            (call, headers) -> {
              Strict method = new Strict(call, Status.OK);
              Thread.ofVirtual().start(method::ask);
              return method;
            });
    assertThat(answer.getCount()).isEqualTo(3);
  }

  @Test
  void aCallThatIsRefusedBeforeItsMessageEndsWithTheReason() {
    assertThatThrownBy(
            () ->
                call(
                    (call, headers) -> {
                      Strict method = new Strict(call, Status.OK);
                      call.close(Status.UNAUTHENTICATED, new Metadata());
                      return method;
                    }))
        .isInstanceOfSatisfying(
            StatusException.class,
            e -> assertThat(e.getStatus()).isEqualTo(Status.UNAUTHENTICATED));
  }

  @Test
  void answersAreClosed() throws Exception {
    var _ =
        call(
            (call, headers) -> {
              Strict method = new Strict(call, Status.OK);
              method.ask();
              return method;
            });
    assertThat(unclosed).hasValue(0);
  }

  @Test
  void anAnswerThatNobodyTakesIsClosed() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(
            () ->
                call(
                    (call, headers) -> {
                      Strict method = new Strict(call, Status.OK);
                      method.ask();
                      return method;
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(unclosed).hasValue(0);
  }
}
