package dev.keelson.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A body of many messages. */
@Timeout(30)
final class GatewayStreamTest {
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private volatile boolean ready = true;
  private volatile ClientCall.@Nullable Listener<?> listener;

  /** Takes one message at a time. */
  private final class Recorded<Q, R> extends ClientCall<Q, R> {
    @Override
    public void start(Listener<R> answers, Metadata headers) {
      listener = answers;
    }

    @Override
    public void request(int count) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      events.add("cancelled");
    }

    @Override
    public void halfClose() {
      events.add("half-closed");
    }

    @Override
    public void sendMessage(Q message) {
      events.add(ready ? "sent" : "sent while not ready");
      ready = false;
    }

    @Override
    public boolean isReady() {
      if (!ready) {
        events.add("not ready");
      }
      return ready;
    }
  }

  private GatewayCall call(String path) {
    Channel channel =
        new Channel() {
          @Override
          public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> asked, CallOptions how) {
            return new Recorded<>();
          }

          @Override
          public String authority() {
            return "test";
          }
        };
    MethodDescriptor<Message, Message> method = Objects.requireNonNull(Routes.find(path));
    return new GatewayCall(channel, method, new Metadata(), CallOptions.DEFAULT);
  }

  private static InputStream body(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private void expect(String event) throws InterruptedException {
    assertThat(events.poll(20, TimeUnit.SECONDS)).isEqualTo(event);
  }

  @Test
  void aStreamIsSentNoFasterThanItIsTaken() throws Exception {
    call("/v3/watch").send(body("{} {} "));
    expect("sent");
    expect("not ready");
    ready = true;
    Objects.requireNonNull(listener).onReady();
    expect("sent");
    expect("half-closed");
  }

  @Test
  void aStreamThatEndedIsReadNoFurther() throws Exception {
    call("/v3/watch").send(body("{} {} "));
    expect("sent");
    expect("not ready");
    Objects.requireNonNull(listener).onClose(Status.CANCELLED, new Metadata());
    expect("half-closed");
  }
}
