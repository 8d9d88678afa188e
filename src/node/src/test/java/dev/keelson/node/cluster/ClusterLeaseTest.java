package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ClusterLeaseTest {
  @TempDir Path folder;

  private static LeaseGrpc.LeaseBlockingStub leases(TestCluster cluster, int member) {
    return LeaseGrpc.newBlockingStub(cluster.channel(member))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static LeaseKeepAliveResponse keepAlive(TestCluster cluster, int member, long lease)
      throws Exception {
    CompletableFuture<LeaseKeepAliveResponse> answer = new CompletableFuture<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(cluster.channel(member))
            .leaseKeepAlive(
                new StreamObserver<>() {
                  @Override
                  public void onNext(LeaseKeepAliveResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    try {
      return answer.get(20, TimeUnit.SECONDS);
    } finally {
      requests.onCompleted();
    }
  }

  private static LeaseTimeToLiveResponse timeToLive(TestCluster cluster, int member, long lease) {
    return leases(cluster, member)
        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build());
  }

  @Test
  void everyMemberRenewsAndKnowsHowLongALeaseHasLeft() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      long lease =
          leases(cluster, cluster.follower())
              .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(100).build())
              .getID();
      for (int member = 1; member <= 3; member++) {
        assertThat(keepAlive(cluster, member, lease).getTTL()).isEqualTo(100);
        assertThat(timeToLive(cluster, member, lease).getTTL()).isBetween(90L, 100L);
        assertThat(timeToLive(cluster, member, lease).getGrantedTTL()).isEqualTo(100);
        assertThat(timeToLive(cluster, member, 404).getTTL()).isEqualTo(-1);
        assertThat(keepAlive(cluster, member, 404).getTTL()).isZero();
      }
      assertThat(cluster.failures()).isEmpty();
    }
  }

  @Test
  void aNewLeaderGivesLeasesTheirFullTimeAndExpiresThemAfterwards() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      int first = cluster.leader();
      long shortLived =
          leases(cluster, first)
              .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(2).build())
              .getID();
      int follower = cluster.follower();
      cluster.member(first).transferLeadership(cluster.member(follower).memberId());
      TestCluster.await(() -> cluster.member(follower).standing().isLeader());
      assertThat(timeToLive(cluster, first, shortLived).getTTL()).isPositive();
      TestCluster.await(() -> timeToLive(cluster, first, shortLived).getTTL() == -1);
      assertThat(cluster.failures()).isEmpty();
    }
  }
}
