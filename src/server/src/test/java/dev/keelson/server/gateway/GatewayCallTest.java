package dev.keelson.server.gateway;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of a call whose HTTP request is not a whole one. */
@Timeout(60)
class GatewayCallTest {
  @Test
  void aBodyThatBreaksOffEndsTheCall() throws Exception {
    CountDownLatch cancelled = new CountDownLatch(1);
    String name = InProcessServerBuilder.generateName();
    Server server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(
                ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME)
                    .addMethod(
                        KVGrpc.getRangeMethod(),
                        (call, headers) ->
                            new ServerCall.Listener<>() {
                              @Override
                              public void onCancel() {
                                cancelled.countDown();
                              }
                            })
                    .build())
            .build()
            .start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).directExecutor().build();
    MethodDescriptor<Message, Message> method = Objects.requireNonNull(Routes.find("/v3/kv/range"));
    try {
      GatewayCall call = new GatewayCall(channel, method, new Metadata(), CallOptions.DEFAULT);
      InputStream begun = new ByteArrayInputStream("{\"key\":".getBytes(StandardCharsets.US_ASCII));
      assertThatThrownBy(() -> call.send(new SequenceInputStream(begun, new Broken())))
          .hasMessageContaining("the client has gone");
      cancelled.await();
    } finally {
      channel.shutdownNow();
      server.shutdownNow();
    }
  }

  /** A connection that was lost. */
  private static final class Broken extends InputStream {
    @Override
    public int read() throws IOException {
      throw new IOException("the client has gone");
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      throw new IOException("the client has gone");
    }
  }
}
