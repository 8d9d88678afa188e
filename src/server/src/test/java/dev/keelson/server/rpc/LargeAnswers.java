package dev.keelson.server.rpc;

import com.google.protobuf.BytesValue;
import com.google.protobuf.Int32Value;
import dev.keelson.node.api.LargeMessage;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * A method that answers with a {@link BytesValue} of as many bytes as asked for, made as they are
 * read. A negative number is an answer that breaks off in the middle.
 */
final class LargeAnswers {
  static final MethodDescriptor<Int32Value, BytesValue> LARGE =
      MethodDescriptor.<Int32Value, BytesValue>newBuilder()
          .setType(MethodType.UNARY)
          .setFullMethodName(
              MethodDescriptor.generateFullMethodName(ServedMethods.SERVICE, "Large"))
          .setRequestMarshaller(ProtoLiteUtils.marshaller(Int32Value.getDefaultInstance()))
          .setResponseMarshaller(ProtoLiteUtils.marshaller(BytesValue.getDefaultInstance()))
          .build();

  private static final MethodDescriptor.Marshaller<InputStream> AS_IT_IS =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(InputStream value) {
          return value;
        }

        @Override
        public InputStream parse(InputStream stream) {
          throw new IllegalStateException("only written");
        }
      };

  private LargeAnswers() {}

  /** Byte {@code i} of every answer's content. */
  static byte content(int i) {
    return (byte) (i * 31 + (i >> 8));
  }

  static ServerMethodDefinition<Int32Value, InputStream> method(Queue<String> events) {
    return ServerMethodDefinition.create(
        LARGE.toBuilder(LARGE.getRequestMarshaller(), AS_IT_IS).build(),
        (call, headers) -> {
          call.request(2);
          return new ServerCall.Listener<>() {
            private int wanted;

            @Override
            public void onMessage(Int32Value message) {
              wanted = message.getValue();
            }

            @Override
            public void onHalfClose() {
              call.sendHeaders(new Metadata());
              call.sendMessage(new Made(Math.abs(wanted), wanted < 0, events));
              call.close(Status.OK, new Metadata());
            }
          };
        });
  }

  private static final class Made extends LargeMessage {
    private final byte[] head;
    private final int total;
    private final boolean breaks;
    private final Queue<String> events;
    private int at;

    Made(int bytes, boolean breaks, Queue<String> events) {
      byte[] whole =
          BytesValue.of(com.google.protobuf.ByteString.copyFrom(new byte[bytes])).toByteArray();
      this.head = Arrays.copyOf(whole, whole.length - bytes);
      this.total = whole.length;
      this.breaks = breaks;
      this.events = events;
    }

    @Override
    public int available() {
      return total - at;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (breaks && at > total / 2) {
        throw new IOException("the disk is gone");
      }
      int now = Math.min(length, total - at);
      for (int i = 0; i < now; i++, at++) {
        target[offset + i] = at < head.length ? head[at] : content(at - head.length);
      }
      return now == 0 && length > 0 ? -1 : now;
    }

    @Override
    public Executor reader() {
      return task -> Thread.ofVirtual().start(task);
    }

    @Override
    public void close() {
      events.add("closed at " + (at == total ? "its end" : at));
    }
  }
}
