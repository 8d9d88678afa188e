package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import dev.keelson.server.gateway.MessageJson.MalformedException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call of the member, in blocking style: one thread sends, one takes what comes back. At most one
 * response is under way at a time, so that a client that does not read holds the stream up, and
 * requests are taken from the body no faster than the member takes them.
 */
final class GatewayCall implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GatewayCall.class);

  /**
   * The largest answer that is turned into JSON, which takes several times its size in memory; gRPC
   * clients may have larger ones.
   */
  private static final int ANSWER_BYTES_MAX = 16 << 20;

  private final MethodDescriptor<Message, Message> method;
  private final ClientCall<Message, Message> call;
  private final LinkedBlockingQueue<Item> arrived = new LinkedBlockingQueue<>();
  private final Object turn = new Object();
  private boolean ended;

  /** A message, or the end. */
  private record Item(@Nullable Message message, Status end) {}

  /** Reads answers, but for one that is too large. */
  private static final class Bounded implements MethodDescriptor.Marshaller<Message> {
    private final PrototypeMarshaller<Message> whole;
    private volatile @Nullable Status refused;

    Bounded(MethodDescriptor.Marshaller<Message> whole) {
      this.whole = (PrototypeMarshaller<Message>) whole;
    }

    @Override
    public InputStream stream(Message value) {
      return whole.stream(value);
    }

    @Override
    public Message parse(InputStream stream) {
      try {
        int bytes = stream.available();
        if (bytes > ANSWER_BYTES_MAX) {
          refused =
              Status.RESOURCE_EXHAUSTED.withDescription(
                  "grpc: received message larger than max (%d vs. %d)"
                      .formatted(bytes, ANSWER_BYTES_MAX));
          return Objects.requireNonNull(whole.getMessagePrototype());
        }
        return whole.parse(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e); // from memory to memory
      }
    }
  }

  GatewayCall(
      Channel channel,
      MethodDescriptor<Message, Message> method,
      Metadata metadata,
      CallOptions options) {
    this.method = method;
    Bounded answers = new Bounded(method.getResponseMarshaller());
    call =
        channel.newCall(method.toBuilder(method.getRequestMarshaller(), answers).build(), options);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Message message) {
            Status refused = answers.refused;
            if (refused == null) {
              arrived.add(new Item(message, Status.OK));
            } else {
              arrived.add(new Item(null, refused));
              call.cancel("the answer is too large", null);
            }
          }

          @Override
          public void onReady() {
            synchronized (turn) {
              turn.notifyAll();
            }
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            synchronized (turn) {
              ended = true;
              turn.notifyAll();
            }
            Deadline deadline = options.getDeadline();
            arrived.add(
                new Item(null, deadline != null && deadline.isExpired() ? asEtcd(status) : status));
          }
        },
        metadata);
    call.request(1);
  }

  /** The words of Go for a call that took too long. */
  private static Status asEtcd(Status status) {
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        ? Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded")
        : status;
  }

  /** Whether there is one answer and not a stream of them. */
  boolean isUnary() {
    return method.getType() == MethodType.UNARY;
  }

  /**
   * Sends what a body holds. Of a stream in both directions the body is read beside the answers,
   * and one message that is malformed is its last.
   *
   * @throws StatusException if the only message is none; the call has ended
   * @throws IOException if the body breaks off; the call has ended
   */
  void send(InputStream body) throws IOException, StatusException {
    Message prototype =
        ((PrototypeMarshaller<Message>) method.getRequestMarshaller()).getMessagePrototype();
    MessageJson.Reader messages = new MessageJson.Reader(body, prototype);
    if (method.getType() == MethodType.BIDI_STREAMING) {
      Thread.startVirtualThread(() -> forward(messages));
      return;
    }
    try (messages) {
      Message message = messages.next();
      push(message == null ? prototype : message); // nothing is an empty message
      halfClose();
    } catch (MalformedException e) {
      close();
      throw Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asException();
    } catch (IOException e) {
      close(); // nobody else will: there is no answer to wait for
      throw e;
    }
  }

  private void forward(MessageJson.Reader messages) {
    try (messages) {
      for (Message next = messages.next(); next != null && awaitTurn(); next = messages.next()) {
        push(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (MalformedException | IOException e) {
      log.atDebug().setCause(e).log("a gateway stream's request cannot be read");
    }
    halfClose();
  }

  /** Waits until the member takes more; false when it takes nothing any more. */
  private boolean awaitTurn() throws InterruptedException {
    synchronized (turn) {
      while (!ended && !call.isReady()) {
        turn.wait();
      }
      return !ended;
    }
  }

  private void push(Message message) {
    try {
      call.sendMessage(message);
    } catch (IllegalStateException e) {
      // closed meanwhile, which next() tells
    }
  }

  private void halfClose() {
    try {
      call.halfClose();
    } catch (IllegalStateException e) {
      // as above
    }
  }

  /** Ends the call; whoever waits in {@link #next} hears of it. */
  @Override
  public void close() {
    call.cancel("the HTTP request has ended", null);
  }

  /**
   * Waits for the next response.
   *
   * @return null when the call ended well
   * @throws StatusException when it ended with an error
   */
  @Nullable Message next() throws StatusException, InterruptedException {
    Item item = arrived.take();
    if (item.message() == null) {
      if (item.end().isOk()) {
        return null;
      }
      throw item.end().asException();
    }
    call.request(1);
    return item.message();
  }
}
