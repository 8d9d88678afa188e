package dev.keelson.server.rpc;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Int32Value;
import com.google.protobuf.MessageLite;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A service with a method of each kind, for tests. */
final class ServedMethods {
  static final String SERVICE = "test.Echo";
  static final Metadata.Key<String> NOTE =
      Metadata.Key.of("note", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> BLOB =
      Metadata.Key.of("blob-bin", Metadata.BINARY_BYTE_MARSHALLER);

  static final MethodDescriptor<BytesValue, BytesValue> ECHO =
      method("Echo", MethodType.UNARY, BytesValue.getDefaultInstance());
  static final MethodDescriptor<BytesValue, BytesValue> NEVER =
      method("Never", MethodType.UNARY, BytesValue.getDefaultInstance());
  static final MethodDescriptor<BytesValue, BytesValue> FAIL =
      method("Fail", MethodType.UNARY, BytesValue.getDefaultInstance());
  static final MethodDescriptor<BytesValue, BytesValue> THROW =
      method("Throw", MethodType.UNARY, BytesValue.getDefaultInstance());
  static final MethodDescriptor<Int32Value, BytesValue> MANY =
      method("Many", MethodType.SERVER_STREAMING, Int32Value.getDefaultInstance());
  static final MethodDescriptor<BytesValue, BytesValue> CHAT =
      method("Chat", MethodType.BIDI_STREAMING, BytesValue.getDefaultInstance());
  static final MethodDescriptor<BytesValue, BytesValue> PATIENT =
      method("Patient", MethodType.BIDI_STREAMING, BytesValue.getDefaultInstance());

  /** What {@link #PATIENT} answers the first message with: more than a window. */
  static final int PATIENT_BYTES = 200_000;

  /** How much {@link #MANY} sends in a message. */
  static final int MANY_BYTES = 10_000;

  /** How much {@link #MANY} lets wait; 0 for what is usual. */
  volatile int readyBytes;

  /** What happened to calls, in order. */
  final BlockingQueue<String> events = new LinkedBlockingQueue<>();

  private static <Q extends MessageLite> MethodDescriptor<Q, BytesValue> method(
      String name, MethodType type, Q request) {
    return MethodDescriptor.<Q, BytesValue>newBuilder()
        .setType(type)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(ProtoLiteUtils.marshaller(request))
        .setResponseMarshaller(ProtoLiteUtils.marshaller(BytesValue.getDefaultInstance()))
        .build();
  }

  ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(SERVICE)
        .addMethod(ECHO, echo())
        .addMethod(NEVER, never())
        .addMethod(
            FAIL,
            ServerCalls.asyncUnaryCall(
                (request, answer) ->
                    answer.onError(
                        Status.FAILED_PRECONDITION
                            .withDescription("etcdserver: 100 % möglich")
                            .asRuntimeException(note("failed")))))
        .addMethod(
            THROW,
            ServerCalls.asyncUnaryCall(
                (request, answer) -> {
                  throw new IllegalStateException("a bug");
                }))
        .addMethod(MANY, ServerCalls.asyncServerStreamingCall(this::many))
        .addMethod(CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
        .addMethod(PATIENT, patient())
        .addMethod(LargeAnswers.method(events))
        .build();
  }

  private static Metadata note(String text) {
    Metadata metadata = new Metadata();
    metadata.put(NOTE, text);
    return metadata;
  }

  /** Answers with the message, and the metadata as headers. */
  private static ServerCallHandler<BytesValue, BytesValue> echo() {
    return (call, headers) -> {
      call.request(2);
      return new ServerCall.Listener<>() {
        private @Nullable BytesValue received;

        @Override
        public void onMessage(BytesValue message) {
          received = message;
        }

        @Override
        public void onHalfClose() {
          Metadata back = new Metadata();
          String note = headers.get(NOTE);
          byte[] blob = headers.get(BLOB);
          if (note != null) {
            back.put(NOTE, note);
          }
          if (blob != null) {
            back.put(BLOB, blob);
          }
          call.sendHeaders(back);
          if (received != null) {
            call.sendMessage(received);
          }
          call.close(Status.OK, note("bye"));
        }
      };
    };
  }

  private ServerCallHandler<BytesValue, BytesValue> never() {
    return (call, headers) -> {
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onHalfClose() {
          events.add("waiting");
        }

        @Override
        public void onCancel() {
          events.add("cancelled");
        }
      };
    };
  }

  /** Takes the next message only while the client takes what it is sent, as a watch does. */
  private ServerCallHandler<BytesValue, BytesValue> patient() {
    return (call, headers) -> {
      call.sendHeaders(new Metadata());
      call.request(1);
      return new ServerCall.Listener<>() {
        private int received;
        private boolean withheld;

        @Override
        public void onMessage(BytesValue message) {
          if (received++ == 0) {
            call.sendMessage(
                BytesValue.of(com.google.protobuf.ByteString.copyFrom(new byte[PATIENT_BYTES])));
          }
          events.add("message " + received);
          withheld = true;
          onReady();
        }

        @Override
        public void onReady() {
          if (withheld && call.isReady()) {
            withheld = false;
            call.request(1);
          }
        }
      };
    };
  }

  /** Sends as many messages as asked, no faster than they are taken. */
  private void many(Int32Value count, StreamObserver<BytesValue> answer) {
    ServerCallStreamObserver<BytesValue> out = (ServerCallStreamObserver<BytesValue>) answer;
    BytesValue message =
        BytesValue.of(com.google.protobuf.ByteString.copyFrom(new byte[MANY_BYTES]));
    int[] sent = {0};
    if (readyBytes > 0) {
      out.setOnReadyThreshold(readyBytes);
    }
    out.setOnReadyHandler(
        () -> {
          while (out.isReady() && sent[0] < count.getValue()) {
            out.onNext(message);
            sent[0]++;
          }
          events.add("sent " + sent[0]);
          if (sent[0] == count.getValue()) {
            sent[0]++;
            out.onCompleted();
          }
        });
    out.setOnCancelHandler(() -> events.add("cancelled"));
  }

  private StreamObserver<BytesValue> chat(StreamObserver<BytesValue> answer) {
    return new StreamObserver<>() {
      @Override
      public void onNext(BytesValue message) {
        answer.onNext(message);
      }

      @Override
      public void onError(Throwable failure) {
        events.add("error");
      }

      @Override
      public void onCompleted() {
        answer.onCompleted();
      }
    };
  }
}
