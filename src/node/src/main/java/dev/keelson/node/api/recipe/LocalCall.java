package dev.keelson.node.api.recipe;

import com.google.protobuf.MessageLite;
import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final AtomicInteger asked = new AtomicInteger();

  /** Messages that the method has not asked for yet. */
  private final ArrayDeque<A> unsent = new ArrayDeque<>();

  private final ServerCall.Listener<A> listener;
  private boolean halfClosed;
  private volatile boolean cancelled;
  private volatile boolean paused;

  /** What arrives from the method. */
  private sealed interface Item {}

  private record Message(InputStream bytes) implements Item {}

  private record End(Status status) implements Item {}

  /** The method asks for more. */
  private record Asked() implements Item {}

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

  /** Sends a request message, now or in {@link #next}, once the method has asked for it. */
  void send(MessageLite message) {
    unsent.add(method.parseRequest(message.toByteString().newInput()));
    deliver();
  }

  /** Says that no further message follows. */
  void halfClose() {
    halfClosed = true;
    deliver();
  }

  private void deliver() {
    while (!unsent.isEmpty() && asked.get() > 0) {
      asked.decrementAndGet();
      listener.onMessage(unsent.remove());
    }
    if (halfClosed && unsent.isEmpty()) {
      halfClosed = false;
      listener.onHalfClose();
    }
  }

  /** Ends the call, whatever its state. */
  void cancel() {
    if (!cancelled) {
      cancelled = true;
      listener.onCancel();
      discardArrived();
    }
  }

  private void discardArrived() {
    for (Item item = arrived.poll(); item != null; item = arrived.poll()) {
      if (item instanceof Message message) {
        close(message.bytes());
      }
    }
  }

  private static void close(InputStream message) {
    try {
      message.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // from memory to memory
    }
  }

  /**
   * Waits for the next message.
   *
   * @return the encoded message, to be closed; null when the call ended well
   * @throws StatusException when the call ended with an error
   */
  @Nullable InputStream next() throws StatusException, InterruptedException {
    while (true) {
      switch (arrived.take()) {
        case Asked _ -> deliver();
        case End end -> {
          if (end.status().isOk()) {
            return null;
          }
          throw end.status().asException();
        }
        case Message message -> {
          if (paused && arrived.size() < WAITING_MAX) {
            paused = false;
            listener.onReady();
          }
          return message.bytes();
        }
      }
    }
  }

  /** Any thread: a call that had to wait for its start asks from another. */
  @Override
  public void request(int numMessages) {
    asked.addAndGet(numMessages);
    arrived.add(new Asked());
  }

  @Override
  public void sendHeaders(Metadata headers) {}

  @Override
  public void sendMessage(B message) {
    arrived.add(new Message(method.streamResponse(message)));
    if (cancelled) {
      discardArrived(); // nobody takes it any more
    }
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
    arrived.add(new End(status));
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
