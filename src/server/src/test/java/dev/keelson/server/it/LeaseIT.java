package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.sim.process.ServerProcess;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A crowd of leases that expire at once. */
final class LeaseIT {
  private static final int LEASES = Integer.getInteger("lease.count", 100_000);
  private static final int WITH_KEYS = 1000;
  private static final int IN_FLIGHT = 4096;

  /** Long enough that most are granted before the first expires. */
  private static final int TTL_SECONDS = 25;

  /** How much of the crowd has to go before the test has seen enough. */
  private static final int EXPIRED_ENOUGH = LEASES / 10;

  /** A write that takes longer has stalled. */
  private static final int LIVENESS_SECONDS = 20;

  @Test
  void writesGoOnWhileLeasesExpire() throws Exception {
    try (ServerProcess server = Servers.start()) {
      ManagedChannel channel = Servers.connect(server);
      try {
        grant(channel, WITH_KEYS + 1, LEASES);
        // Last, so that they outlive a slow machine's way to here.
        grant(channel, 1, WITH_KEYS);
        for (int i = 1; i <= WITH_KEYS; i++) {
          put(channel, "leased/" + i, i);
        }
        int granted = leases(channel);
        assertThat(granted).as("leases alive before the crowd expires").isPositive();
        int writes = 0;
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(4);
        do {
          for (int i = 0; i < 100; i++) {
            put(channel, "free/" + i, 0);
            writes++;
          }
          assertThat(System.nanoTime()).as("expiry goes on").isLessThan(deadline);
        } while (leases(channel) > granted - Math.min(granted, EXPIRED_ENOUGH));
        awaitLeasedKeysGone(channel, deadline);
        System.out.println("lease crowd: " + writes + " writes while leases expired");
      } finally {
        channel.shutdownNow();
      }
    }
  }

  private static void awaitLeasedKeysGone(ManagedChannel channel, long deadline)
      throws InterruptedException {
    RangeRequest leased =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("leased/"))
            .setRangeEnd(ByteString.copyFromUtf8("leased0"))
            .setCountOnly(true)
            .build();
    while (KVGrpc.newBlockingStub(channel).range(leased).getCount() > 0) {
      assertThat(System.nanoTime()).as("keys of expired leases deleted").isLessThan(deadline);
      put(channel, "free/x", 0);
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static void grant(ManagedChannel channel, int first, int last) throws Exception {
    LeaseGrpc.LeaseFutureStub leases = LeaseGrpc.newFutureStub(channel);
    Semaphore slots = new Semaphore(IN_FLIGHT);
    List<ListenableFuture<LeaseGrantResponse>> grants = new ArrayList<>();
    for (int id = first; id <= last; id++) {
      slots.acquire();
      ListenableFuture<LeaseGrantResponse> grant =
          leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(id).setTTL(TTL_SECONDS).build());
      grant.addListener(slots::release, MoreExecutors.directExecutor());
      grants.add(grant);
    }
    assertThat(Futures.allAsList(grants).get(2, TimeUnit.MINUTES)).hasSize(last - first + 1);
  }

  private static int leases(ManagedChannel channel) {
    return LeaseGrpc.newBlockingStub(channel)
        .withMaxInboundMessageSize(Integer.MAX_VALUE)
        .withDeadlineAfter(LIVENESS_SECONDS, TimeUnit.SECONDS)
        .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
        .getLeasesCount();
  }

  private static void put(ManagedChannel channel, String key, long lease) {
    var written =
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(LIVENESS_SECONDS, TimeUnit.SECONDS)
            .put(
                PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setLease(lease)
                    .build());
    assertThat(written.getHeader().getRevision()).isPositive();
  }
}
