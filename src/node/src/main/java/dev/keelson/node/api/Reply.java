package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.error.KvError;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.internal.ThreadExecutorMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Where the answer of a unary call goes. Answer once, from any thread. */
final class Reply {
  private final ServerCall<?, Encoded> call;
  private final Executor executor;

  Reply(ServerCall<?, Encoded> call) {
    this.call = call;
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

  /** Whether nobody waits for the answer any more. */
  boolean isAbandoned() {
    return call.isCancelled();
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
    ok(WireWriter.of(response));
  }

  void ok(Encoded response) {
    if (!call.isCancelled()) {
      call.sendHeaders(new Metadata());
      call.sendMessage(response);
      call.close(Status.OK, new Metadata());
    }
  }

  void fail(KvError error) {
    fail(Statuses.of(error));
  }

  void fail(Status status) {
    if (!call.isCancelled()) {
      call.close(status, new Metadata());
    }
  }
}
