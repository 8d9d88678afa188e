package dev.keelson.node.api;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.StoreHash;
import dev.keelson.kv.mvcc.View;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashKVResponse;
import dev.keelson.proto.etcdserverpb.HashRequest;
import dev.keelson.proto.etcdserverpb.HashResponse;

/** Hashes of the state, by which members and tools compare it. */
public final class HashHandler {
  private final ApiContext context;
  private final Headers headers;

  public HashHandler(ApiContext context) {
    this.context = context;
    this.headers = context.headers();
  }

  void hash(HashRequest request, Reply reply) {
    context.scan(
        reply,
        () -> {
          long begin = System.nanoTime();
          try (View view = context.state().store().views().acquire()) {
            reply.ok(
                HashResponse.newBuilder()
                    .setHeader(headers.message(view.revision()))
                    .setHash(StoreHash.hash(view))
                    .build());
          }
          context.metrics().store.hash.recordNanos(System.nanoTime() - begin);
        });
  }

  void hashKv(HashKVRequest request, Reply reply) {
    context.scan(reply, () -> answerHashKv(request.getRevision(), reply));
  }

  private void answerHashKv(long revision, Reply reply) {
    long begin = System.nanoTime();
    try (View view = context.state().store().views().acquire()) {
      StoreHash.HashKv hash = StoreHash.hashKv(view, revision);
      reply.ok(
          HashKVResponse.newBuilder()
              .setHeader(headers.message(view.revision()))
              .setHash(hash.hash())
              .setCompactRevision(hash.compactRevision())
              .setHashRevision(hash.hashRevision())
              .build());
    } catch (KvException e) {
      reply.fail(e.error());
    }
    context.metrics().store.hashAtRevision.recordNanos(System.nanoTime() - begin);
  }
}
