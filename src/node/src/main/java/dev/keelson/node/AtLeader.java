package dev.keelson.node;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.api.Statuses;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Standing;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Makes a call at the leader, here or at another member, again and again until there is an answer
 * or the time of a request is over, as etcd does for renewals and promotions.
 */
final class AtLeader {
  private static final long PAUSE_MILLIS = 50;

  private final Environment environment;
  private final long memberId;
  private final long timeoutNanos;
  private final Supplier<Standing> standing;

  /** A call, and which of its failures are answers. */
  interface Call<T> {
    /** This member leads; fails with {@link #NOT_HERE} if it turns out not to. */
    CompletableFuture<T> here();

    /** Another member leads. */
    CompletableFuture<T> there(long leader);

    /** Whether the other member's refusal is final. */
    boolean isAnswer(Status refusal);
  }

  /** What a call here fails with when another member should be asked. */
  static final Status NOT_HERE = Statuses.of(KvError.NOT_LEADER);

  AtLeader(
      Environment environment, long memberId, long timeoutMillis, Supplier<Standing> standing) {
    this.environment = environment;
    this.memberId = memberId;
    this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    this.standing = standing;
  }

  static <T> CompletableFuture<T> failed(KvError error) {
    return CompletableFuture.failedFuture(Statuses.of(error).asRuntimeException());
  }

  <T> CompletableFuture<T> run(Call<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    attempt(call, environment.nanoTime() + timeoutNanos, result);
    return result;
  }

  private <T> void attempt(Call<T> call, long deadline, CompletableFuture<T> result) {
    long leader = standing.get().leader();
    if (leader == 0) {
      again(call, deadline, result, KvError.NO_LEADER);
      return;
    }
    CompletableFuture<T> answer = leader == memberId ? call.here() : call.there(leader);
    var _ =
        answer.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                result.complete(value);
                return;
              }
              Status refusal = Statuses.of(failure);
              boolean last =
                  leader == memberId ? !Statuses.isSame(refusal, NOT_HERE) : call.isAnswer(refusal);
              if (last) {
                result.completeExceptionally(refusal.asRuntimeException());
              } else {
                again(call, deadline, result, KvError.TIMED_OUT);
              }
            });
  }

  private <T> void again(
      Call<T> call, long deadline, CompletableFuture<T> result, KvError otherwise) {
    if (environment.nanoTime() - deadline >= 0) {
      result.completeExceptionally(Statuses.of(otherwise).asRuntimeException());
    } else {
      var _ = environment.after(PAUSE_MILLIS, () -> attempt(call, deadline, result));
    }
  }
}
