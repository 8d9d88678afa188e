package dev.keelson.server.rpc;

import io.grpc.Attributes;
import io.grpc.Decompressor;
import io.grpc.DecompressorRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call: an HTTP/2 stream on one side, a {@link ServerCall} on the other. The listener is called
 * on the event loop and never from within one of its own callbacks.
 */
final class RpcStream<Q, R> extends ServerCall<Q, R> implements Output.Owner {
  private static final Logger log = LoggerFactory.getLogger(RpcStream.class);

  private final RpcConnection connection;
  private final Egress egress;
  private final int id;
  private final ServerMethodDefinition<Q, R> method;
  private final @Nullable CharSequence authority;
  private final MessageDeframer inbound;
  private final Output output;
  private @Nullable ServerStreamTracer tracer;
  private Status outcome = Status.CANCELLED;
  private Listener<Q> listener = new Listener<>() {};
  private @Nullable ScheduledFuture<?> deadline;
  private int requested;
  private int credit;
  private boolean dispatching;
  private boolean halfClosed;
  private boolean halfCloseTold;
  private boolean headersSent;
  private boolean outcomeKnown;
  private boolean finished;
  private boolean finishTold;
  private boolean readyDue = true;
  private volatile boolean closed;
  private volatile boolean cancelled;

  RpcStream(
      RpcConnection connection,
      int id,
      int window,
      ServerMethodDefinition<Q, R> method,
      RequestHead head) {
    this.connection = connection;
    this.egress = connection.egress();
    this.id = id;
    this.method = method;
    this.authority = head.authority();
    this.inbound = new MessageDeframer(connection.settings().maxMessageBytes());
    this.output = new Output(id, window, egress, this);
  }

  /** Begins the call. */
  void start(RequestHead head) {
    try {
      Metadata metadata = head.metadata();
      tracer = connection.methods().begun(method.getMethodDescriptor(), metadata);
      String encoding = head.encoding();
      if (encoding != null) {
        Decompressor chosen =
            DecompressorRegistry.getDefaultInstance().lookupDecompressor(encoding);
        if (chosen == null) {
          throw Status.UNIMPLEMENTED
              .withDescription(
                  "grpc: Decompressor is not installed for grpc-encoding \"" + encoding + '"')
              .asException();
        }
        inbound.decompressor(chosen);
      }
      long timeoutNanos = head.timeoutNanos();
      if (timeoutNanos > 0) {
        deadline = egress.loop().schedule(this::expire, timeoutNanos, TimeUnit.NANOSECONDS);
      }
      listener = method.getServerCallHandler().startCall(this, metadata);
    } catch (IllegalArgumentException e) { // of the timeout, or of base64
      close(Status.INTERNAL.withDescription(e.getMessage()), new Metadata());
    } catch (StatusException e) {
      close(e.getStatus(), new Metadata());
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void expire() {
    if (!finished) {
      close(Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded"), new Metadata());
      if (!finished) {
        cancel(); // what cannot be written need not be any more
        egress.reset(id, Http2Error.CANCEL);
      }
    }
  }

  private void failed(RuntimeException failure) {
    if (failure instanceof StatusRuntimeException told) {
      close(told.getStatus(), new Metadata());
      return;
    }
    log.error("{} failed", method.getMethodDescriptor().getFullMethodName(), failure);
    close(Status.UNKNOWN.withDescription("Application error processing RPC"), new Metadata());
  }

  // ---- from the client

  /**
   * Takes payload of a DATA frame.
   *
   * @param flowBytes what the frame took of the stream's window
   * @return false if the client was not allowed to send that much
   */
  boolean received(ByteBuf payload, int flowBytes, boolean endStream) {
    halfClosed |= endStream;
    credit += flowBytes;
    if (outcomeKnown || finished) {
      return true; // the answer has been given; the rest is not looked at
    }
    if (credit > RpcConnection.STREAM_WINDOW) {
      return false;
    }
    inbound.offer(payload);
    dispatch();
    if (!outcomeKnown && !finished) {
      inbound.keep(egress.allocator());
      refill();
    }
    return true;
  }

  /** The client sends no more. */
  void halfClosed() {
    halfClosed = true;
    dispatch();
  }

  boolean isHalfClosed() {
    return halfClosed;
  }

  /**
   * Gives the client room for more, unless a message waits that nobody has asked for. Little by
   * little would be a frame per message, so it waits for half of the window.
   */
  private void refill() {
    if (!halfClosed
        && !finished
        && credit >= RpcConnection.STREAM_WINDOW / 2
        && !inbound.hasMessage()) {
      egress.windowUpdate(id, credit);
      credit = 0;
    }
  }

  /** The client gave up, or the connection ended. */
  void cancel() {
    if (!finished) {
      cancelled = true;
      finish();
    }
  }

  /** Calls the listener while there is something to tell. */
  private void dispatch() {
    if (dispatching) {
      return;
    }
    dispatching = true;
    try {
      while (tell()) {
        // one thing after another
      }
    } catch (StatusException e) {
      dispatching = false;
      close(e.getStatus(), new Metadata());
    } catch (RuntimeException e) {
      dispatching = false;
      failed(e);
    } finally {
      dispatching = false;
    }
  }

  private boolean tell() throws StatusException {
    if (finished) {
      if (finishTold) {
        return false;
      }
      finishTold = true;
      if (cancelled) {
        listener.onCancel();
      } else {
        listener.onComplete();
      }
      return false;
    }
    if (outcomeKnown) {
      return false;
    }
    if (readyDue && isReady()) {
      readyDue = false;
      listener.onReady();
      return true;
    }
    if (requested > 0) {
      ByteBuf message = inbound.next();
      if (message != null) {
        requested--;
        if (tracer != null) {
          tracer.inboundMessage(0);
          tracer.inboundUncompressedSize(message.readableBytes());
        }
        Q decoded;
        try {
          decoded = method.getMethodDescriptor().parseRequest(new MessageStream(message));
        } finally {
          message.release();
        }
        listener.onMessage(decoded);
        return true;
      }
    }
    if (halfClosed && !halfCloseTold && !inbound.hasMessage()) {
      halfCloseTold = true;
      if (inbound.isInMessage()) {
        throw Status.INTERNAL.withDescription("unexpected EOF").asException();
      }
      listener.onHalfClose();
      return true;
    }
    return false;
  }

  // ---- to the client

  @Override
  public void request(int count) {
    if (egress.inLoop()) {
      requested = Math.max(requested, requested + count);
      if (!dispatching && inbound.isInMessage()) {
        dispatch();
        refill();
      }
    } else {
      egress.onLoop(() -> request(count));
    }
  }

  @Override
  public void sendHeaders(Metadata metadata) {
    if (egress.inLoop()) {
      if (!headersSent && !finished) {
        headersSent = true;
        ByteBuf block = egress.allocator().buffer();
        try {
          ResponseHeads.success(block);
          ResponseHeads.metadata(block, metadata);
          egress.headers(id, block, false);
        } finally {
          block.release();
        }
      }
    } else {
      egress.onLoop(() -> sendHeaders(metadata));
    }
  }

  @Override
  public void sendMessage(R message) {
    InputStream in = method.getMethodDescriptor().streamResponse(message);
    try {
      if (closed || cancelled) {
        in.close();
      } else {
        output.send(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // from memory to memory
    }
  }

  @Override
  public void sent(int bytes) {
    ServerStreamTracer told = tracer;
    if (told != null) {
      told.outboundMessage(0);
      told.outboundUncompressedSize(bytes);
    }
  }

  @Override
  public void ready() {
    readyDue = true;
    dispatch();
    if (!outcomeKnown) {
      refill(); // the listener may have asked for what waited
    }
  }

  SendQueue outbound() {
    return output.queue();
  }

  @Override
  public boolean isReady() {
    return !closed && !cancelled && output.isReady();
  }

  @Override
  public void setOnReadyThreshold(int bytes) {
    output.readyBytes(bytes);
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (!egress.inLoop()) {
      egress.onLoop(() -> close(status, trailers));
      return;
    }
    if (outcomeKnown || finished) {
      return;
    }
    outcomeKnown = true;
    outcome = status;
    closed = true;
    inbound.close();
    output.afterMessages(() -> end(status, trailers));
  }

  private void end(Status status, Metadata trailers) {
    ByteBuf block = egress.allocator().buffer();
    if (!headersSent) {
      ResponseHeads.success(block);
    }
    ResponseHeads.status(block, status);
    ResponseHeads.metadata(block, trailers);
    output.end(block);
  }

  @Override
  public void broken(Throwable why) {
    log.error("{} failed", method.getMethodDescriptor().getFullMethodName(), why);
    if (!finished) {
      outcome = Status.INTERNAL;
      egress.reset(id, Http2Error.INTERNAL_ERROR);
      cancel();
    }
  }

  @Override
  public void ended() {
    if (!halfClosed) {
      egress.reset(id, Http2Error.NO_ERROR);
    }
    finish();
  }

  private void finish() {
    finished = true;
    closed = true;
    if (tracer != null) {
      tracer.streamClosed(outcome);
    }
    if (deadline != null) {
      deadline.cancel(false);
    }
    inbound.close();
    output.close();
    connection.remove(id);
    dispatch();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return method.getMethodDescriptor();
  }

  @Override
  public Attributes getAttributes() {
    return connection.attributes();
  }

  @Override
  public @Nullable String getAuthority() {
    return authority == null ? null : authority.toString();
  }
}
