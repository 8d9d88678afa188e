package dev.keelson.node.api.recipe;

import com.google.protobuf.MessageLite;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.InputStream;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A call of one of the member's methods from inside the process: the method sees an ordinary call,
 * the caller waits for its messages in order. There is no transport in between, only bytes.
 *
 * <p>The methods without annotation are for one thread, which makes the call.
 *
 * @param <A> the request as the method takes it
 * @param <B> the response as the method gives it
 */
final class LocalCall<A, B> extends ServerCall<A, B> {
  /** Messages waiting to be taken from which the method should pause. */
  private static final int WAITING_MAX = 16;

  private final MethodDescriptor<A, B> method;
  private final Caller caller;
  private final LinkedBlockingQueue<Item> arrived = new LinkedBlockingQueue<>();
  private final ServerCall.Listener<A> listener;
  private volatile boolean cancelled;
  private volatile boolean paused;

  /** A message, or the end. */
  private record Item(@Nullable InputStream message, Status end) {}

  /** Begins a call; the method may have ended it already. */
  static <A, B> LocalCall<A, B> start(ServerMethodDefinition<A, B> definition, Caller caller) {
    return new LocalCall<>(definition, caller);
  }

  private LocalCall(ServerMethodDefinition<A, B> definition, Caller caller) {
    this.method = definition.getMethodDescriptor();
    this.caller = caller;
    this.listener = definition.getServerCallHandler().startCall(this, caller.copyOfHeaders());
    listener.onReady();
  }

  /** Sends a request message. */
  void send(MessageLite request) {
    listener.onMessage(method.parseRequest(request.toByteString().newInput()));
  }

  /** Says that no further message follows. */
  void halfClose() {
    listener.onHalfClose();
  }

  /** Ends the call, whatever its state. */
  void cancel() {
    if (!cancelled) {
      cancelled = true;
      listener.onCancel();
    }
  }

  /**
   * Waits for the next message.
   *
   * @return the encoded message; null when the call ended well
   * @throws StatusException when the call ended with an error
   */
  @Nullable InputStream next() throws StatusException, InterruptedException {
    Item item = arrived.take();
    if (item.message() == null) {
      if (item.end().isOk()) {
        return null;
      }
      throw item.end().asException();
    }
    if (paused && arrived.size() < WAITING_MAX) {
      paused = false;
      listener.onReady();
    }
    return item.message();
  }

  @Override
  public void request(int numMessages) {
    // messages are handed over as they come
  }

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(B message) {
    arrived.add(new Item(method.streamResponse(message), Status.OK));
  }

  /** A method that hears "not ready" is told as soon as room has been made. */
  @Override
  public boolean isReady() {
    paused = true; // before the look, so that room made after it is noticed
    if (arrived.size() < WAITING_MAX) {
      paused = false;
      return true;
    }
    return false;
  }

  @Override
  public void close(Status status, Metadata trailers) {
    arrived.add(new Item(null, status));
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Attributes getAttributes() {
    return caller.attributes();
  }

  @Override
  public @Nullable String getAuthority() {
    return caller.authority();
  }

  @Override
  public MethodDescriptor<A, B> getMethodDescriptor() {
    return method;
  }
}
