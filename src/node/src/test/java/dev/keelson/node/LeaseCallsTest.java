package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.ApplyListener;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom a leader that stood still believes: others may have followed another one meanwhile. */
class LeaseCallsTest {
  private static final int HEARTBEAT_MILLIS = 100;
  private static final long LEASE = 7;

  private long nowMillis;
  private final MemoryKvBackend backend = MemoryKvBackend.create(Families.ALL);
  private final Leases leases = new Leases(backend);
  private final Lessor lessor = new Lessor(leases, () -> nowMillis);
  private final StateMachine state =
      new StateMachine(
          backend,
          leases,
          new ApplyListener() {
            @Override
            public void leaseGranted(Leases.Granted lease) {
              lessor.granted(lease);
            }

            @Override
            public void leaseRevoked(long id) {}

            @Override
            public void compacted(long revision) {}
          });
  private final Environment environment =
      (Environment)
          Proxy.newProxyInstance(
              Environment.class.getClassLoader(),
              new Class<?>[] {Environment.class},
              (_, method, _) -> {
                if (method.getName().equals("nanoTime")) {
                  return TimeUnit.MILLISECONDS.toNanos(nowMillis);
                }
                throw new UnsupportedOperationException(method.getName());
              });
  private final ReadBarrier barrier = new ReadBarrier(() -> 0, 1, Long.MAX_VALUE, () -> {});
  private final LeaseCalls calls =
      new LeaseCalls(
          environment,
          1,
          new NoPeers(),
          new AtLeader(
              environment,
              1,
              1000,
              () -> {
                throw new IllegalStateException("asked who leads");
              }),
          barrier,
          state,
          lessor,
          () -> 0L,
          HEARTBEAT_MILLIS,
          new MemberMetrics().store.leasesRenewed);

  @BeforeEach
  void grant() {
    lessor.promote(1, 0);
    LeaseGrantRequest request = LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(60).build();
    state.apply(1, 1, InternalRaftRequest.newBuilder().setLeaseGrant(request).build());
    state.commit();
    calls.tick();
  }

  @AfterEach
  void close() {
    state.close();
    backend.close();
  }

  @Test
  void aLeaderThatTicksRenewsAtOnce() {
    nowMillis += 2 * HEARTBEAT_MILLIS;
    calls.tick();
    nowMillis += 2 * HEARTBEAT_MILLIS;
    assertThat(calls.renewHere(LEASE)).isCompletedWithValue(60L);
  }

  @Test
  void aLeaderThatStoodStillAsksTheOthersFirst() {
    nowMillis += 10 * HEARTBEAT_MILLIS;
    assertThat(calls.renewHere(LEASE)).isNotDone();
  }

  @Test
  void alsoIfItsOwnTimerIsTheFirstToRunAgain() {
    nowMillis += 10 * HEARTBEAT_MILLIS;
    calls.tick();
    CompletableFuture<Long> renewal = calls.renewHere(LEASE);
    assertThat(renewal).isNotDone();
    calls.tick();
    assertThat(calls.renewHere(LEASE)).isNotDone();
    barrier.close();
    assertThat(renewal).isCompletedExceptionally();
  }
}
