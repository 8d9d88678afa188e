package dev.keelson.node.api;

import io.grpc.ServerCall;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call whose handler is not started yet. No message can arrive, as none is asked for; what else
 * happens to the call is told to the handler when it starts.
 */
final class HeldCall<Q> extends ServerCall.Listener<Q> {
  private ServerCall.@Nullable Listener<Q> handler;
  private boolean ready;
  private boolean halfClosed;
  private boolean cancelled;
  private boolean complete;

  /** Starts the handler. */
  synchronized void release(Supplier<ServerCall.Listener<Q>> start) {
    if (cancelled || complete) {
      return;
    }
    ServerCall.Listener<Q> started = start.get();
    handler = started;
    if (ready) {
      started.onReady();
    }
    if (halfClosed) {
      started.onHalfClose();
    }
  }

  @Override
  public synchronized void onMessage(Q message) {
    if (handler == null) {
      throw new IllegalStateException("a message that was not asked for");
    }
    handler.onMessage(message);
  }

  @Override
  public synchronized void onHalfClose() {
    halfClosed = true;
    if (handler != null) {
      handler.onHalfClose();
    }
  }

  @Override
  public synchronized void onCancel() {
    cancelled = true;
    if (handler != null) {
      handler.onCancel();
    }
  }

  @Override
  public synchronized void onComplete() {
    complete = true;
    if (handler != null) {
      handler.onComplete();
    }
  }

  @Override
  public synchronized void onReady() {
    ready = true;
    if (handler != null) {
      handler.onReady();
    }
  }
}
