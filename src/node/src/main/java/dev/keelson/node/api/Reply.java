package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.metrics.SlowRequests;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the answer of a unary call goes. Answer once, from any thread. */
final class Reply {
  private static final Logger LOG = LoggerFactory.getLogger(Reply.class);

  private final ServerCall<?, Encoded> call;
  private final Entry<?> entry;
  private final Executor executor;
  private final SlowRequests slow;
  private final long beganNanos = System.nanoTime();
  private volatile boolean leftToLog;

  /** Work that ends in an answer, unless it fails. */
  interface Attempt {
    void run() throws KvException;
  }

  /** A request with the right to its answer. */
  record Entry<Q extends MessageLite>(Permit<Q> permit, Q request) {
    void admit() throws KvException {
      permit.admit(request);
    }
  }

  Reply(ServerCall<?, Encoded> call, Entry<?> entry, SlowRequests slow) {
    this.call = call;
    this.entry = entry;
    this.slow = slow;
    this.executor = currentLoop();
  }

  /** Who asks. */
  Caller caller() {
    return entry.permit().caller();
  }

  /**
   * Passes a caller who may have the answer. To be called when the state that it is made from is
   * settled, if the right is declared to depend on it; otherwise that has been done.
   *
   * @throws KvException if the caller may not
   */
  void admit() throws KvException {
    entry.admit();
  }

  /** The request goes through the log after all, where its right is decided. */
  void leaveToLog() {
    leftToLog = true;
  }

  /** What the caller may do with keys now. */
  KeyAccess access(KeyAccess.LeaseKeys leaseKeys) throws KvException {
    return entry.permit().access(leaseKeys);
  }

  /**
   * The event loop that this thread is: answers completed there in a batch are written and flushed
   * together. Runs at once when the caller is no event loop.
   */
  static Executor currentLoop() {
    EventExecutor loop = ThreadExecutorMap.currentExecutor();
    return loop == null ? Runnable::run : task -> run(loop, task);
  }

  /**
   * A loop that has ended has no connection left, so nobody waits for the answer; and whoever gives
   * it, often the thread of the consensus, must not fall over it.
   */
  private static void run(EventExecutor loop, Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      if (!loop.isShuttingDown()) {
        throw ended;
      }
    }
  }

  /** Where callbacks that end in an answer should run. */
  Executor executor() {
    return executor;
  }

  /** Whether nobody waits for the answer any more. */
  boolean isAbandoned() {
    return call.isCancelled();
  }

  /** Does what ends in an answer; what it throws becomes the answer. Any thread. */
  void attempt(Attempt work) {
    try {
      work.run();
    } catch (KvException e) {
      fail(e.error());
    } catch (RuntimeException e) {
      LOG.error("{} failed", call.getMethodDescriptor().getFullMethodName(), e);
      fail(Status.INTERNAL.withDescription("internal error: " + e));
    }
  }

  /** Answers with what becomes of a future, or with the status it fails with. */
  <T> void whenDone(CompletableFuture<T> future, Function<T, MessageLite> response) {
    var _ =
        future.whenComplete(
            (value, failure) ->
                executor.execute(
                    () -> {
                      if (failure == null) {
                        ok(response.apply(value));
                      } else {
                        fail(Statuses.of(failure));
                      }
                    }));
  }

  void ok(MessageLite response) {
    ok(Encoded.of(response));
  }

  void ok(Encoded response) {
    if (call.isCancelled()) {
      response.discard();
      return;
    }
    try {
      if (!leftToLog) {
        entry.permit().confirm();
      }
    } catch (KvException e) {
      response.discard();
      fail(e.error());
      return;
    }
    call.sendHeaders(new Metadata());
    call.sendMessage(response);
    call.close(Status.OK, new Metadata());
    ended(response.sizeBytes());
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
          entry.request(),
          responseBytes);
    }
  }
}
