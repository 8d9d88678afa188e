package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberSettings.CorruptionChecks;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.peer.HashKvResponse;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class InitialCheckTest {
  @TempDir Path folder;

  /** Settings as {@code --feature-gates=InitialCorruptCheck=true} makes them. */
  private static MemberSettings.Cluster checked() {
    MemberSettings.Cluster plain =
        MemberSettings.Cluster.of(
            Map.of(
                "1", List.of(TestCluster.url(1)),
                "2", List.of(TestCluster.url(2)),
                "3", List.of(TestCluster.url(3))));
    return new MemberSettings.Cluster(
        plain.initialMembers(),
        plain.token(),
        plain.exists(),
        plain.forceNew(),
        plain.strictReconfiguration(),
        plain.learnersMax(),
        plain.promoteLearners(),
        plain.advanceElection(),
        new CorruptionChecks(true, 0, 0));
  }

  /** Lets the others seem to have stored something else. */
  @SuppressWarnings("unchecked")
  private static Transport spoiled(Transport real) {
    return (Transport)
        Proxy.newProxyInstance(
            Transport.class.getClassLoader(),
            new Class<?>[] {Transport.class},
            (_, method, arguments) -> {
              Object result = method.invoke(real, arguments);
              return method.getName().equals("hashKv")
                  ? ((CompletableFuture<HashKvResponse>) result)
                      .thenApply(answer -> answer.toBuilder().setHash(answer.getHash() + 1).build())
                  : result;
            });
  }

  private static void put(TestCluster cluster, int member) {
    var _ =
        KVGrpc.newBlockingStub(cluster.channel(member))
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
  }

  private static Member restarted(TestCluster cluster, int number, Transport transport) {
    return new Member(
        cluster.settings(number, checked()), new SystemEnvironment(), transport, _ -> {});
  }

  @Test
  void aMemberThatHasStoredSomethingElseDoesNotTakePart() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      put(cluster, 1);
      int odd = cluster.follower();
      cluster.stop(odd);
      cluster.run(
          odd, restarted(cluster, odd, spoiled(cluster.network.endpoint(TestCluster.url(odd)))));
      assertThatThrownBy(() -> cluster.member(odd).ready().get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(MemberStartException.class)
          .hasMessageContaining(
              Long.toHexString(cluster.member(odd).memberId())
                  + " found data inconsistency with peers");
      assertThat(cluster.member(odd).standing().hasLeader()).isFalse();
      put(cluster, cluster.leader());
    }
  }

  @Test
  void aMemberThatHasWhatTheOthersHaveServes() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      put(cluster, 1);
      int again = cluster.follower();
      cluster.stop(again);
      put(cluster, cluster.leader());
      cluster.run(
          again, restarted(cluster, again, cluster.network.endpoint(TestCluster.url(again))));
      cluster.member(again).ready().get(30, TimeUnit.SECONDS);
      put(cluster, again);
    }
  }

  @Test
  void aMemberThatReachesNobodyIsNotHeldUpForGood() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      put(cluster, 1);
      cluster.stop(1);
      cluster.stop(2);
      cluster.stop(3);
      for (int number = 1; number <= 3; number++) {
        cluster.run(
            number, restarted(cluster, number, cluster.network.endpoint(TestCluster.url(number))));
      }
      cluster.awaitReady();
      put(cluster, 2);
    }
  }
}
