package dev.keelson.node;

import com.google.protobuf.ByteString;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.StoreHash;
import dev.keelson.kv.mvcc.View;
import dev.keelson.node.api.Statuses;
import dev.keelson.node.env.Environment;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What this member's state comes to, for comparison with that of others. */
final class Digests {
  private static final long PATIENCE_MILLIS = 1000;
  private static final long LOOK_AGAIN_MILLIS = 5;

  private final Environment environment;
  private final long memberId;
  private final StateMachine state;
  private final LongSupplier applied;

  Digests(Environment environment, long memberId, StateMachine state, LongSupplier applied) {
    this.environment = environment;
    this.memberId = memberId;
    this.state = state;
    this.applied = applied;
  }

  /** The digest after an entry; waits a moment for one that is not applied yet. */
  CompletableFuture<OptionalLong> at(long index) {
    CompletableFuture<OptionalLong> result = new CompletableFuture<>();
    look(index, environment.nanoTime(), result);
    return result;
  }

  private void look(long index, long sinceNanos, CompletableFuture<OptionalLong> result) {
    OptionalLong digest = state.store().digest().at(index);
    long waited = environment.nanoTime() - sinceNanos;
    if (digest.isPresent()
        || applied.getAsLong() > index
        || waited > TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS)) {
      result.complete(digest);
    } else {
      var _ = environment.after(LOOK_AGAIN_MILLIS, () -> look(index, sinceNanos, result));
    }
  }

  /** Hashes the key history as etcd's HashKV does; fails with what a client would be told. */
  CompletableFuture<StoreHash.HashKv> hashKv(long revision) {
    CompletableFuture<StoreHash.HashKv> result = new CompletableFuture<>();
    environment
        .pool()
        .execute(
            () -> {
              try (View view = state.store().views().acquire()) {
                result.complete(StoreHash.hashKv(view, revision));
              } catch (KvException e) {
                result.completeExceptionally(Statuses.of(e.error()).asRuntimeException());
              } catch (RuntimeException e) {
                result.completeExceptionally(e);
              }
            });
    return result;
  }

  /** Answers another member: the digest at an index if one is named, else the hash. */
  CompletableFuture<HashKvResponse> answer(HashKvRequest request) {
    HashKvResponse.Builder response = HashKvResponse.newBuilder().setMemberId(memberId);
    if (request.getIndex() != 0) {
      return at(request.getIndex())
          .thenApply(
              digest -> {
                response.setIndex(request.getIndex());
                digest.ifPresent(value -> response.setDigest(bytes(value)));
                return response.build();
              });
    }
    return hashKv(request.getRevision())
        .thenApply(
            hash ->
                response
                    .setHash(hash.hash())
                    .setCompactRevision(hash.compactRevision())
                    .setHashRevision(hash.hashRevision())
                    .build());
  }

  static ByteString bytes(long digest) {
    return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(0, digest));
  }
}
