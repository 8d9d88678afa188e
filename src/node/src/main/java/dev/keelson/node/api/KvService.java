package dev.keelson.node.api;

import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.mvcc.ViewRows;
import dev.keelson.kv.mvcc.Views;
import dev.keelson.kv.txn.AnswerBudget;
import dev.keelson.kv.txn.LargeRange;
import dev.keelson.kv.txn.OpResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.RequestChecks;
import dev.keelson.kv.txn.ViewReader;
import dev.keelson.node.api.auth.Right;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.CompactionResponse;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import io.grpc.ServerServiceDefinition;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code etcdserverpb.KV}. */
public final class KvService {
  /** An answer of more rows than this is read as it is sent. */
  private static final long LIGHT_BYTES_MAX = 4L << 20;

  private final ApiContext context;
  private final Headers headers;
  private final Views views;
  private final Consumer<Runnable> afterCompaction;

  /**
   * Creates the service.
   *
   * @param afterCompaction runs a callback when everything compacted so far has been removed,
   *     durably
   */
  public KvService(ApiContext context, Consumer<Runnable> afterCompaction) {
    this.context = context;
    this.headers = context.headers();
    this.views = context.state().store().views();
    this.afterCompaction = afterCompaction;
  }

  /** The service to be registered with a server. */
  public ServerServiceDefinition definition() {
    Methods methods = context.methods();
    return ServerServiceDefinition.builder(KVGrpc.SERVICE_NAME)
        .addMethod(
            methods.unary(
                KVGrpc.getRangeMethod(),
                Right.reading(KeyAccess::range),
                this::range,
                RangeRequest::getSerializable))
        .addMethod(
            methods.streaming(
                KVGrpc.getRangeStreamMethod(),
                Right.reading(KeyAccess::range),
                new RangeStreamHandler(context, headers)))
        .addMethod(methods.unary(KVGrpc.getPutMethod(), Right.applied(), this::put))
        .addMethod(methods.unary(KVGrpc.getDeleteRangeMethod(), Right.applied(), this::deleteRange))
        .addMethod(methods.unary(KVGrpc.getTxnMethod(), Right.reading(KeyAccess::txn), this::txn))
        .addMethod(methods.unary(KVGrpc.getCompactMethod(), Right.root(), this::compact))
        .build();
  }

  private void range(RangeRequest request, Reply reply) throws KvException {
    RequestChecks.range(request);
    if (context.isCorrupt()) {
      reply.fail(KvError.CORRUPT);
    } else if (request.getSerializable()) {
      serve(request, reply);
    } else {
      context.linearizable(reply, () -> serve(request, reply));
    }
  }

  private void serve(RangeRequest request, Reply reply) {
    if (request.getRangeEnd().isEmpty()) {
      answer(request, reply);
    } else {
      context.scan(reply, () -> answer(request, reply));
    }
  }

  private void answer(RangeRequest request, Reply reply) {
    long begin = System.nanoTime();
    KvException failure = null;
    try {
      reply.admit();
      reply.ok(range(request));
    } catch (KvException e) {
      failure = e;
      reply.fail(e.error());
    }
    long nanos = System.nanoTime() - begin;
    context.metrics().store.ranges.increment();
    context.metrics().requests.range(failure == null, nanos);
    context.slow().range(nanos, request, failure);
  }

  /** Held in memory if that is little, or if the order asked for leaves no choice. */
  private Encoded range(RangeRequest request) throws KvException {
    RangeResult result = ViewReader.range(views, request, new AnswerBudget(LIGHT_BYTES_MAX));
    if (result.isWhole()) {
      return KvResponses.encode(headers, result);
    }
    if (!LargeRange.served(request)) {
      return whole(ViewReader.range(views, request, AnswerBudget.held()));
    }
    LargeRange range = new LargeRange(views, request);
    try {
      return new LargeRangeAnswer(headers, range, context.scans());
    } catch (KvException | RuntimeException e) {
      range.close();
      throw e;
    }
  }

  private Encoded whole(OpResult result) throws KvException {
    if (!result.isWhole()) {
      throw new KvException(KvError.ANSWER_TOO_LARGE);
    }
    return KvResponses.encode(headers, result);
  }

  private void put(PutRequest request, Reply reply) throws KvException {
    RequestChecks.put(request);
    long cost = RequestChecks.cost(request);
    if (context.withinQuota(cost, reply)) {
      write(InternalRaftRequest.newBuilder().setPut(request), cost, reply);
    }
  }

  private void deleteRange(DeleteRangeRequest request, Reply reply) throws KvException {
    RequestChecks.deleteRange(request);
    write(InternalRaftRequest.newBuilder().setDeleteRange(request), 0, reply);
  }

  private void txn(TxnRequest request, Reply reply) throws KvException {
    RequestChecks.txn(request, context.limits().txnOpsMax());
    if (RequestChecks.readOnly(request)) {
      if (context.isCorrupt()) {
        reply.fail(KvError.CORRUPT);
      } else if (RequestChecks.serializable(request)) {
        context.scan(reply, () -> readOnlyTxn(request, reply));
      } else {
        context.linearizable(reply, () -> context.scan(reply, () -> readOnlyTxn(request, reply)));
      }
      return;
    }
    reply.leaveToLog();
    long cost = RequestChecks.cost(request);
    if (cost == 0 || context.withinQuota(cost, reply)) {
      write(InternalRaftRequest.newBuilder().setTxn(request), cost, reply);
    }
  }

  private void readOnlyTxn(TxnRequest request, Reply reply) throws KvException {
    try (View view = views.acquire()) {
      reply.admit();
      OpResult result = context.state().executor().readOnlyTxn(new ViewRows(view), request);
      reply.ok(whole(result));
    }
  }

  private void write(InternalRaftRequest.Builder command, long cost, Reply reply) {
    context
        .proposals()
        .propose(
            command,
            reply.executor(),
            outcome -> {
              @Nullable KvException failure = outcome.failure();
              if (failure != null) {
                reply.fail(failure.error());
              } else if (cost > 0 && !context.quota().admits(0)) {
                // the write that crossed the quota has happened; etcd tells its caller all the same
                reply.fail(KvError.NO_SPACE);
              } else if (outcome.result() instanceof OpResult result) {
                answer(result, reply);
              }
            });
  }

  private void answer(OpResult result, Reply reply) {
    try {
      reply.ok(whole(result));
    } catch (KvException e) {
      reply.fail(e.error());
    }
  }

  private void compact(CompactionRequest request, Reply reply) {
    context
        .proposals()
        .propose(
            InternalRaftRequest.newBuilder().setCompaction(request),
            reply.executor(),
            outcome -> {
              @Nullable KvException failure = outcome.failure();
              if (failure != null) {
                reply.fail(failure.error());
              } else if (request.getPhysical()) {
                afterCompaction.accept(() -> answerCompaction(reply));
              } else {
                answerCompaction(reply);
              }
            });
  }

  private void answerCompaction(Reply reply) {
    reply.ok(CompactionResponse.newBuilder().setHeader(headers.current()).build());
  }
}
