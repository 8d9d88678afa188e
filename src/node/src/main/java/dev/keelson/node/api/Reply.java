package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.error.KvError;
import dev.keelson.node.metrics.SlowRequests;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.Executor;

/** Where the answer of a unary call goes. Answer once, from any thread. */
final class Reply {
  private final ServerCall<?, Encoded> call;
  private final Executor executor;
  private final MessageLite request;
  private final SlowRequests slow;
  private final long beganNanos = System.nanoTime();

  Reply(ServerCall<?, Encoded> call, MessageLite request, SlowRequests slow) {
    this.call = call;
    this.request = request;
    this.slow = slow;
    this.executor = currentLoop();
  }

  /**
   * The event loop that this thread is: answers completed there in a batch are written and flushed
   * together. Runs at once when the caller is no event loop.
   */
  static Executor currentLoop() {
    EventExecutor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? Runnable::run : loop;
  }

  /** Where callbacks that end in an answer should run. */
  Executor executor() {
    return executor;
  }

  void ok(MessageLite response) {
    ok(Encoded.of(response));
  }

  void ok(Encoded response) {
    if (!call.isCancelled()) {
      call.sendHeaders(new Metadata());
      call.sendMessage(response);
      call.close(Status.OK, new Metadata());
      ended(response.sizeBytes());
    }
  }

  void fail(KvError error) {
    fail(Statuses.of(error));
  }

  void fail(Status status) {
    if (!call.isCancelled()) {
      call.close(status, new Metadata());
      ended(0);
    }
  }

  private void ended(int responseBytes) {
    long nanos = System.nanoTime() - beganNanos;
    if (slow.isSlowCall(nanos)) {
      slow.unary(
          nanos,
          call.getMethodDescriptor().getFullMethodName(),
          String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
          request,
          responseBytes);
    }
  }
}
