package dev.keelson.node.loop;

import dev.keelson.kv.Applied;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A proposal that somebody on this member waits for. Completed once, on the executor of its origin.
 */
public final class Pending {
  private final long id;
  private final InternalRaftRequest request;
  private final byte[] data;
  private final Executor executor;
  private final Consumer<Applied> callback;
  private final long deadlineNanos;

  /** The only term it may be proposed in, by its leader; 0 for any. */
  private final long boundTo;

  /** The term it was proposed in last; 0 before. Node loop only. */
  private long proposedIn;

  Pending(
      long id,
      InternalRaftRequest request,
      byte[] data,
      Executor executor,
      Consumer<Applied> callback,
      long deadlineNanos,
      long boundTo) {
    this.id = id;
    this.request = request;
    this.data = data;
    this.executor = executor;
    this.callback = callback;
    this.deadlineNanos = deadlineNanos;
    this.boundTo = boundTo;
  }

  long id() {
    return id;
  }

  InternalRaftRequest request() {
    return request;
  }

  byte[] data() {
    return data;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  long boundTo() {
    return boundTo;
  }

  void proposedIn(long term) {
    proposedIn = term;
  }

  long proposedIn() {
    return proposedIn;
  }

  Executor executor() {
    return executor;
  }

  /** Hands over the outcome; called on {@link #executor}. */
  void complete(Applied outcome) {
    callback.accept(outcome);
  }

  void fail(KvError error) {
    Applied outcome = new Applied(null, new KvException(error));
    executor.execute(() -> complete(outcome));
  }
}
