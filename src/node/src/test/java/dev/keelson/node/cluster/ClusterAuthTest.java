package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users of a cluster, whichever member they talk to. */
@Timeout(120)
class ClusterAuthTest {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final ByteString KEY = ByteString.copyFromUtf8("key");

  @TempDir Path folder;

  private static void secure(TestCluster cluster) throws Exception {
    AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(cluster.channel(cluster.follower()));
    auth.userAdd(AuthUserAddRequest.newBuilder().setName("root").setPassword("secret").build());
    auth.userGrantRole(
        AuthUserGrantRoleRequest.newBuilder().setUser("root").setRole("root").build());
    auth.authEnable(AuthEnableRequest.getDefaultInstance());
  }

  private static String login(TestCluster cluster, int member) {
    return AuthGrpc.newBlockingStub(cluster.channel(member))
        .authenticate(
            AuthenticateRequest.newBuilder().setName("root").setPassword("secret").build())
        .getToken();
  }

  private static Channel as(String token, Channel channel) {
    Metadata headers = new Metadata();
    headers.put(TOKEN, token);
    ClientInterceptor identity = MetadataUtils.newAttachHeadersInterceptor(headers);
    return ClientInterceptors.intercept(channel, identity);
  }

  private static PutRequest put() {
    return PutRequest.newBuilder().setKey(KEY).build();
  }

  /** The first answer to a watch. */
  private static WatchResponse watch(Channel channel) throws Exception {
    CompletableFuture<WatchResponse> answer = new CompletableFuture<>();
    StreamObserver<WatchRequest> requests =
        WatchGrpc.newStub(channel)
            .watch(
                new StreamObserver<>() {
                  @Override
                  public void onNext(WatchResponse response) {
                    answer.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    answer.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(
        WatchRequest.newBuilder()
            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY))
            .build());
    try {
      return answer.get(20, TimeUnit.SECONDS);
    } finally {
      requests.onCompleted();
    }
  }

  @Test
  void aTokenOfOneMemberIsGoodOnEveryOtherAtOnce() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      secure(cluster);
      for (int issuer = 1; issuer <= 3; issuer++) {
        for (int member = 1; member <= 3; member++) {
          // each time a new one, of which the other member may not have heard
          Channel channel = as(login(cluster, issuer), cluster.channel(member));
          switch (member) {
            case 1 -> {
              var _ = KVGrpc.newBlockingStub(channel).put(put());
            }
            case 2 -> {
              var _ =
                  KVGrpc.newBlockingStub(channel)
                      .range(RangeRequest.newBuilder().setKey(KEY).setSerializable(true).build());
            }
            default -> assertThat(watch(channel).getCanceled()).isFalse();
          }
        }
      }
      for (int member = 1; member <= 3; member++) {
        Channel nobody = cluster.channel(member);
        assertThatThrownBy(() -> KVGrpc.newBlockingStub(nobody).put(put()))
            .hasMessageContaining("etcdserver: user name is empty");
        Channel stranger = as("abcdefghijklmnop.12345", cluster.channel(member));
        assertThatThrownBy(() -> KVGrpc.newBlockingStub(stranger).put(put()))
            .hasMessageContaining("etcdserver: invalid auth token");
        assertThat(watch(stranger).getCancelReason())
            .isEqualTo("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token");
      }
      assertThat(cluster.failures()).isEmpty();
    }
  }

  @Test
  void leasesExpireAlthoughNobodyIsLoggedIn() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      secure(cluster);
      int member = cluster.follower();
      Channel root = as(login(cluster, member), cluster.channel(member));
      LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(root);
      long lease = leases.leaseGrant(LeaseGrantRequest.newBuilder().setTTL(2).build()).getID();
      var _ = KVGrpc.newBlockingStub(root).put(put().toBuilder().setLease(lease).build());
      LeaseTimeToLiveRequest left = LeaseTimeToLiveRequest.newBuilder().setID(lease).build();
      TestCluster.await(() -> leases.leaseTimeToLive(left).getTTL() == -1);
      assertThat(
              KVGrpc.newBlockingStub(root)
                  .range(RangeRequest.newBuilder().setKey(KEY).build())
                  .getCount())
          .isZero();
      assertThat(cluster.failures()).isEmpty();
    }
  }
}
