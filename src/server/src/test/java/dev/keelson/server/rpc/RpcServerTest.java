package dev.keelson.server.rpc;

import static dev.keelson.server.rpc.LargeAnswers.LARGE;
import static dev.keelson.server.rpc.ServedMethods.BLOB;
import static dev.keelson.server.rpc.ServedMethods.CHAT;
import static dev.keelson.server.rpc.ServedMethods.ECHO;
import static dev.keelson.server.rpc.ServedMethods.FAIL;
import static dev.keelson.server.rpc.ServedMethods.MANY;
import static dev.keelson.server.rpc.ServedMethods.NEVER;
import static dev.keelson.server.rpc.ServedMethods.NOTE;
import static dev.keelson.server.rpc.ServedMethods.THROW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Int32Value;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client of grpc-java sees. */
@Timeout(30)
final class RpcServerTest {
  private ListeningServer server;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws InterruptedException {
    server = new ListeningServer(ListeningServer.SETTINGS);
    channel =
        NettyChannelBuilder.forAddress(server.address())
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    server.close();
  }

  private static BytesValue bytes(int size, long seed) {
    byte[] content = new byte[size];
    new Random(seed).nextBytes(content);
    return BytesValue.of(ByteString.copyFrom(content));
  }

  private <Q, R> R call(MethodDescriptor<Q, R> method, Q request) {
    return ClientCalls.blockingUnaryCall(
        channel, method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request);
  }

  private static Status statusOf(Throwable failure) {
    return ((StatusRuntimeException) failure).getStatus();
  }

  @Test
  void messagesOfAllSizesComeBackAsTheyWere() {
    for (int size : new int[] {0, 1, 100, 16_374, 16_379, 16_384, 70_000, 1 << 20, 3 << 20}) {
      BytesValue sent = bytes(size, size);
      assertThat(call(ECHO, sent)).as("%d bytes", size).isEqualTo(sent);
    }
  }

  @Test
  void aMessageThatIsMadeAsItIsReadArrivesWhole() {
    for (int size : new int[] {0, 1, 32_000, 262_140, 262_144, 600_000, 24 << 20}) {
      ByteString got = call(LARGE, Int32Value.of(size)).getValue();
      assertThat(got.size()).isEqualTo(size);
      for (int i = 0; i < size; i += Math.max(1, size / 100_003)) {
        assertThat(got.byteAt(i)).as("byte %d of %d", i, size).isEqualTo(LargeAnswers.content(i));
      }
    }
    assertThat(server.methods.events)
        .hasSize(7)
        .allSatisfy(e -> assertThat(e).isEqualTo("closed at its end"));
  }

  @Test
  void aLargeMessageIsReadNoFurtherThanItsReceiverTakesIt() throws InterruptedException {
    ClientCall<Int32Value, BytesValue> call = channel.newCall(LARGE, CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata()); // asks for no message
    call.sendMessage(Int32Value.of(48 << 20));
    call.halfClose();
    assertThat(call(ECHO, bytes(100, 1))).as("others go on").isEqualTo(bytes(100, 1));
    assertThat(server.methods.events.poll(300, TimeUnit.MILLISECONDS)).isNull();
    call.cancel("enough", null);
    String closed = server.methods.events.poll(10, TimeUnit.SECONDS);
    assertThat(closed).startsWith("closed at ");
    assertThat(Integer.parseInt(closed.substring("closed at ".length()))).isLessThan(4 << 20);
  }

  @Test
  void aLargeMessageThatBreaksOffResetsItsCallAlone() throws InterruptedException {
    assertThatThrownBy(() -> call(LARGE, Int32Value.of(-(4 << 20))))
        .satisfies(e -> assertThat(statusOf(e).getCode()).isEqualTo(Status.Code.INTERNAL));
    assertThat(server.methods.events.poll(10, TimeUnit.SECONDS)).startsWith("closed at ");
    assertThat(call(ECHO, bytes(100, 1))).isEqualTo(bytes(100, 1));
  }

  @Test
  void manyCallsAtOnceAreAnsweredEachWithItsOwn() {
    List<CompletableFuture<Boolean>> answers = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      BytesValue sent = bytes(i * 37 % 20_000, i);
      CompletableFuture<Boolean> answer = new CompletableFuture<>();
      ClientCalls.asyncUnaryCall(
          channel.newCall(ECHO, CallOptions.DEFAULT), sent, completing(answer, sent));
      answers.add(answer);
    }
    assertThat(answers).allSatisfy(answer -> assertThat(answer.get(20, TimeUnit.SECONDS)).isTrue());
  }

  private static StreamObserver<BytesValue> completing(
      CompletableFuture<Boolean> answer, BytesValue expected) {
    return new StreamObserver<>() {
      @Override
      public void onNext(BytesValue message) {
        answer.complete(message.equals(expected));
      }

      @Override
      public void onError(Throwable failure) {
        answer.completeExceptionally(failure);
      }

      @Override
      public void onCompleted() {}
    };
  }

  @Test
  void metadataTravelsBothWays() {
    Metadata sent = new Metadata();
    sent.put(NOTE, "hello");
    byte[] blob = {0, -1, 127, 64};
    sent.put(BLOB, blob);
    AtomicReference<Metadata> headers = new AtomicReference<>(new Metadata());
    AtomicReference<Metadata> trailers = new AtomicReference<>(new Metadata());
    BytesValue answer =
        ClientCalls.blockingUnaryCall(
            ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(sent),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers)),
            ECHO,
            CallOptions.DEFAULT,
            bytes(3, 1));
    assertThat(answer).isEqualTo(bytes(3, 1));
    Metadata head = Objects.requireNonNull(headers.get());
    assertThat(head.get(NOTE)).isEqualTo("hello");
    assertThat(head.get(BLOB)).isEqualTo(blob);
    assertThat(Objects.requireNonNull(trailers.get()).get(NOTE)).isEqualTo("bye");
  }

  @Test
  void failuresKeepCodeTextAndTrailers() {
    assertThatThrownBy(() -> call(FAIL, bytes(1, 1)))
        .satisfies(
            failure -> {
              assertThat(statusOf(failure).getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
              assertThat(statusOf(failure).getDescription()).isEqualTo("etcdserver: 100 % möglich");
              assertThat(Status.trailersFromThrowable(failure).get(NOTE)).isEqualTo("failed");
            });
    assertThatThrownBy(() -> call(THROW, bytes(1, 1)))
        .satisfies(
            failure -> assertThat(statusOf(failure).getCode()).isEqualTo(Status.Code.UNKNOWN));
    assertThat(call(ECHO, bytes(5, 5))).isEqualTo(bytes(5, 5));
  }

  @Test
  void unknownMethodsAndServicesAreNamed() {
    MethodDescriptor<BytesValue, BytesValue> method =
        ECHO.toBuilder().setFullMethodName("test.Echo/Nothing").build();
    assertThatThrownBy(() -> call(method, bytes(1, 1)))
        .satisfies(
            failure ->
                assertThat(statusOf(failure).getDescription())
                    .isEqualTo("unknown method Nothing for service test.Echo"));
    MethodDescriptor<BytesValue, BytesValue> service =
        ECHO.toBuilder().setFullMethodName("test.Nobody/Echo").build();
    assertThatThrownBy(() -> call(service, bytes(100_000, 1)))
        .satisfies(
            failure -> {
              assertThat(statusOf(failure).getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
              assertThat(statusOf(failure).getDescription())
                  .isEqualTo("unknown service test.Nobody");
            });
    assertThat(call(ECHO, bytes(5, 5))).isEqualTo(bytes(5, 5));
  }

  @Test
  void messagesOverTheLimitAreRefusedCompressedOnesByTheirRealSize() {
    assertThatThrownBy(() -> call(ECHO, bytes(5 << 20, 1)))
        .satisfies(
            failure -> {
              assertThat(statusOf(failure).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
              assertThat(statusOf(failure).getDescription())
                  .startsWith("grpc: received message larger than max (");
            });
    CallOptions gzip = CallOptions.DEFAULT.withCompression("gzip");
    BytesValue fits = BytesValue.of(ByteString.copyFrom(new byte[1 << 20]));
    assertThat(ClientCalls.blockingUnaryCall(channel, ECHO, gzip, fits)).isEqualTo(fits);
    BytesValue bomb = BytesValue.of(ByteString.copyFrom(new byte[6 << 20]));
    assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(channel, ECHO, gzip, bomb))
        .satisfies(
            failure ->
                assertThat(statusOf(failure).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  @Test
  void aStreamIsSentNoFasterThanItIsTaken() throws InterruptedException {
    int count = 2_000;
    Iterator<BytesValue> answers =
        ClientCalls.blockingServerStreamingCall(
            channel, MANY, CallOptions.DEFAULT, Int32Value.of(count));
    answers.next();
    // the client has not asked for more than a few: the server must have stopped long before the
    // end
    String stopped = server.methods.events.poll(10, TimeUnit.SECONDS);
    assertThat(stopped).startsWith("sent ");
    assertThat(Integer.parseInt(stopped.substring(5))).isLessThan(count / 2);
    int received = 1;
    while (answers.hasNext()) {
      assertThat(answers.next().getValue().size()).isEqualTo(ServedMethods.MANY_BYTES);
      received++;
    }
    assertThat(received).isEqualTo(count);
  }

  @Test
  void aStreamMayLetMoreWaitThanUsual() throws InterruptedException {
    server.methods.readyBytes = 4 << 20;
    int count = 2_000;
    Iterator<BytesValue> answers =
        ClientCalls.blockingServerStreamingCall(
            channel, MANY, CallOptions.DEFAULT, Int32Value.of(count));
    String stopped = server.methods.events.poll(10, TimeUnit.SECONDS);
    assertThat(stopped).startsWith("sent ");
    assertThat(Integer.parseInt(stopped.substring(5)))
        .isBetween((4 << 20) / ServedMethods.MANY_BYTES, count - 1);
    int received = 0;
    while (answers.hasNext()) {
      assertThat(answers.next().getValue().size()).isEqualTo(ServedMethods.MANY_BYTES);
      received++;
    }
    assertThat(received).isEqualTo(count);
  }

  /** Begins a conversation; what the server says is put into {@code heard}. */
  private StreamObserver<BytesValue> chat(
      BlockingQueue<BytesValue> heard, CompletableFuture<Void> over) {
    return ClientCalls.asyncBidiStreamingCall(
        channel.newCall(CHAT, CallOptions.DEFAULT),
        new StreamObserver<BytesValue>() {
          @Override
          public void onNext(BytesValue message) {
            heard.add(message);
          }

          @Override
          public void onError(Throwable failure) {
            over.completeExceptionally(failure);
          }

          @Override
          public void onCompleted() {
            over.complete(null);
          }
        });
  }

  @Test
  void aConversationGoesBackAndForth() throws InterruptedException {
    BlockingQueue<BytesValue> heard = new LinkedBlockingQueue<>();
    CompletableFuture<Void> over = new CompletableFuture<>();
    StreamObserver<BytesValue> say = chat(heard, over);
    for (int i = 0; i < 300; i++) {
      say.onNext(bytes(i * 100, i));
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(bytes(i * 100, i));
    }
    for (int i = 0; i < 300; i++) {
      say.onNext(bytes(20_000, i));
    }
    say.onCompleted();
    for (int i = 0; i < 300; i++) {
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(bytes(20_000, i));
    }
    assertThat(over).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void aCancelledCallIsToldToItsHandlerAndLeavesTheRest() throws InterruptedException {
    ClientCall<BytesValue, BytesValue> call = channel.newCall(NEVER, CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(bytes(1, 1));
    call.halfClose();
    assertThat(server.methods.events.poll(10, TimeUnit.SECONDS)).isEqualTo("waiting");
    call.cancel("enough", null);
    assertThat(server.methods.events.poll(10, TimeUnit.SECONDS)).isEqualTo("cancelled");
    assertThat(call(ECHO, bytes(5, 5))).isEqualTo(bytes(5, 5));
  }

  @Test
  void aDeadlineEndsTheCall() throws InterruptedException {
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    channel,
                    NEVER,
                    CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS),
                    bytes(1, 1)))
        .satisfies(
            failure ->
                assertThat(statusOf(failure).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    assertThat(server.methods.events.poll(10, TimeUnit.SECONDS)).isEqualTo("waiting");
  }

  @Test
  void aStopLetsRunningCallsEndAndSendsNewOnesElsewhere() throws Exception {
    BlockingQueue<BytesValue> heard = new LinkedBlockingQueue<>();
    CompletableFuture<Void> over = new CompletableFuture<>();
    StreamObserver<BytesValue> say = chat(heard, over);
    say.onNext(bytes(1, 1));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(bytes(1, 1));
    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(
            () -> {
              try {
                server.server.stop(Duration.ofSeconds(20));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    say.onNext(bytes(2, 2));
    assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo(bytes(2, 2));
    assertThat(stopped).isNotDone();
    say.onCompleted();
    assertThat(over).succeedsWithin(Duration.ofSeconds(10));
    assertThat(stopped).succeedsWithin(Duration.ofSeconds(10));
  }
}
