package dev.keelson.node;

import com.google.protobuf.UnsafeByteOperations;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.mvcc.View;
import dev.keelson.node.api.LeaseControl;
import dev.keelson.node.api.Statuses;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.proto.peer.LeaseRenewRequest;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Renewals and times to live: the leader alone keeps deadlines. A leader whose own clock stood
 * still for three heartbeats may have been replaced meanwhile; it has its leadership confirmed
 * before it renews anything. The tick that comes first after such a stall does not end the doubt:
 * it comes from this member's own timer, and may come before what the others have to say.
 */
final class LeaseCalls implements LeaseControl {
  private static final Status NOT_PRIMARY = Status.UNKNOWN.withDescription("not a primary lessor");
  private static final int HEARTBEATS_OF_A_STALL = 3;

  private final Environment environment;
  private final long clusterId;
  private final Transport transport;
  private final AtLeader atLeader;
  private final ReadBarrier barrier;
  private final StateMachine state;
  private final Lessor lessor;
  private final Supplier<Long> commit;
  private final long stallNanos;
  private final LongAdder renewals;
  private volatile long lastTickNanos;

  /** How often ticks stayed away; timer's thread. */
  private volatile long stalls;

  /** Up to which of them leadership has been confirmed since. */
  private final AtomicLong confirmedStalls = new AtomicLong();

  LeaseCalls(
      Environment environment,
      long clusterId,
      Transport transport,
      AtLeader atLeader,
      ReadBarrier barrier,
      StateMachine state,
      Lessor lessor,
      Supplier<Long> commit,
      long heartbeatMillis,
      LongAdder renewals) {
    this.environment = environment;
    this.clusterId = clusterId;
    this.transport = transport;
    this.atLeader = atLeader;
    this.barrier = barrier;
    this.state = state;
    this.lessor = lessor;
    this.commit = commit;
    this.renewals = renewals;
    stallNanos = TimeUnit.MILLISECONDS.toNanos(heartbeatMillis) * HEARTBEATS_OF_A_STALL;
    lastTickNanos = environment.nanoTime();
  }

  /** A tick has passed. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread ticks
  void tick() {
    long now = environment.nanoTime();
    if (now - lastTickNanos > stallNanos) {
      stalls++;
    }
    lastTickNanos = now;
  }

  @Override
  public CompletableFuture<Long> renew(long id) {
    return atLeader.run(
        new AtLeader.Call<>() {
          @Override
          public CompletableFuture<Long> here() {
            return renewHere(id);
          }

          @Override
          public CompletableFuture<Long> there(long leader) {
            LeaseRenewRequest request =
                LeaseRenewRequest.newBuilder()
                    .setClusterId(clusterId)
                    .addLeaseIds(id)
                    .setCommitIndex(commit.get())
                    .build();
            return transport
                .renewLeases(leader, request)
                .thenApply(response -> response.getRenewals(0).getTtlSeconds());
          }

          @Override
          public boolean isAnswer(Status refusal) {
            return false;
          }
        });
  }

  /** Renews a lease if this member leads; fails with {@link AtLeader#NOT_HERE} if not. */
  CompletableFuture<Long> renewHere(long id) {
    long seen = stalls;
    if (seen > confirmedStalls.get() || environment.nanoTime() - lastTickNanos > stallNanos) {
      CompletableFuture<Long> confirmed = new CompletableFuture<>();
      barrier.await(
          Runnable::run,
          error -> {
            if (error == null) {
              confirmedStalls.accumulateAndGet(seen, Math::max);
              follow(renewNow(id, false), confirmed);
            } else {
              confirmed.completeExceptionally(NOT_PRIMARY.asRuntimeException());
            }
          });
      return confirmed;
    }
    return renewNow(id, false);
  }

  private CompletableFuture<Long> renewNow(long id, boolean upToDate) {
    CompletableFuture<Long> result = new CompletableFuture<>();
    switch (lessor.renew(id, () -> follow(renewNow(id, false), result))) {
      case RENEWED -> {
        renewals.increment();
        Leases.Granted lease = state.leases().find(id);
        result.complete(lease == null ? 0L : lease.ttlSeconds());
      }
      case NOT_FOUND -> {
        if (upToDate) {
          result.complete(0L);
        } else {
          // perhaps its grant is committed and not applied yet
          barrier.await(
              Runnable::run,
              error -> {
                if (error == null) {
                  follow(renewNow(id, true), result);
                } else {
                  result.completeExceptionally(Statuses.of(error).asRuntimeException());
                }
              });
        }
      }
      case NOT_PRIMARY -> result.completeExceptionally(AtLeader.NOT_HERE.asRuntimeException());
      case EXPIRING -> {
        // it cannot be saved; the answer follows when it is gone, or from the next leader
      }
    }
    return result;
  }

  private static <T> void follow(CompletableFuture<T> from, CompletableFuture<T> to) {
    var _ =
        from.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                to.complete(value);
              } else {
                to.completeExceptionally(failure);
              }
            });
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    return atLeader.run(
        new AtLeader.Call<>() {
          @Override
          public CompletableFuture<LeaseTimeToLiveResponse> here() {
            return timeToLiveHere(request);
          }

          @Override
          public CompletableFuture<LeaseTimeToLiveResponse> there(long leader) {
            dev.keelson.proto.peer.LeaseTimeToLiveRequest wrapped =
                dev.keelson.proto.peer.LeaseTimeToLiveRequest.newBuilder()
                    .setClusterId(clusterId)
                    .setRequest(request)
                    .build();
            return transport
                .timeToLive(leader, wrapped)
                .thenApply(dev.keelson.proto.peer.LeaseTimeToLiveResponse::getResponse);
          }

          @Override
          public boolean isAnswer(Status refusal) {
            return Statuses.isSame(refusal, Statuses.of(KvError.LEADER_CHANGED));
          }
        });
  }

  /** Answers from this member's deadlines; fails if it does not lead. */
  CompletableFuture<LeaseTimeToLiveResponse> timeToLiveHere(LeaseTimeToLiveRequest request) {
    CompletableFuture<LeaseTimeToLiveResponse> result = new CompletableFuture<>();
    barrier.await(
        request.getKeys() ? environment.pool() : Runnable::run,
        error -> {
          if (error == null) {
            try {
              result.complete(remaining(request));
            } catch (RuntimeException e) {
              result.completeExceptionally(e);
            }
          } else {
            result.completeExceptionally(Statuses.of(error).asRuntimeException());
          }
        });
    return result;
  }

  private LeaseTimeToLiveResponse remaining(LeaseTimeToLiveRequest request) {
    LeaseTimeToLiveResponse.Builder response =
        LeaseTimeToLiveResponse.newBuilder().setID(request.getID());
    Leases.Granted lease = state.leases().find(request.getID());
    if (lease == null) {
      return response.setTTL(-1).build();
    }
    response.setTTL(lessor.remainingSeconds(request.getID())).setGrantedTTL(lease.ttlSeconds());
    if (request.getKeys()) {
      try (View view = state.store().views().acquire()) {
        for (byte[] key : Leases.attachedKeys(view.reader(), request.getID())) {
          response.addKeys(UnsafeByteOperations.unsafeWrap(key));
        }
      }
    }
    if (!lessor.isPrimary()) {
      throw Statuses.of(KvError.LEADER_CHANGED).asRuntimeException();
    }
    return response.build();
  }
}
