package dev.keelson.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.node.Member;
import dev.keelson.node.MemberRemovedException;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberSettings.CorruptionChecks;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberAddResponse;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MemberUpdateRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.SnapshotRequest;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ClusterMembershipTest {
  @TempDir Path folder;

  private static ClusterGrpc.ClusterBlockingStub members(TestCluster cluster, int member) {
    return ClusterGrpc.newBlockingStub(cluster.channel(member))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static KVGrpc.KVBlockingStub kv(TestCluster cluster, int member) {
    return KVGrpc.newBlockingStub(cluster.channel(member)).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static MaintenanceGrpc.MaintenanceBlockingStub maintenance(
      TestCluster cluster, int member) {
    return MaintenanceGrpc.newBlockingStub(cluster.channel(member))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static MemberAddRequest addition(int number, boolean learner) {
    return MemberAddRequest.newBuilder()
        .addPeerURLs(TestCluster.url(number))
        .setIsLearner(learner)
        .build();
  }

  private static MemberSettings.Cluster existing(
      int size, boolean strict, boolean promoteLearners) {
    SortedMap<String, List<String>> initial = new TreeMap<>();
    for (int i = 1; i <= size; i++) {
      initial.put(Integer.toString(i), List.of(TestCluster.url(i)));
    }
    return new MemberSettings.Cluster(
        initial,
        true,
        "etcd-cluster",
        true,
        false,
        strict,
        1,
        promoteLearners,
        true,
        CorruptionChecks.NONE);
  }

  private static void join(TestCluster cluster, int number) throws Exception {
    cluster.run(
        number,
        Member.open(
                cluster.settings(number, existing(number, true, false)),
                new SystemEnvironment(),
                cluster.network.endpoint(TestCluster.url(number)),
                _ -> {})
            .get(20, TimeUnit.SECONDS));
    cluster.member(number).ready().get(30, TimeUnit.SECONDS);
  }

  /** A cluster in which nothing has to be healthy for five seconds first. */
  private TestCluster lenient(int size) throws Exception {
    TestCluster cluster =
        new TestCluster(folder, size)
            .with(
                settings ->
                    settings.of(
                        settings.name(),
                        settings.peerUrls(),
                        settings.clientUrls(),
                        new MemberSettings.Cluster(
                            settings.cluster().initialMembers(),
                            settings.cluster().named(),
                            settings.cluster().token(),
                            settings.cluster().exists(),
                            false,
                            false,
                            1,
                            false,
                            true,
                            CorruptionChecks.NONE)));
    for (int i = 1; i <= size; i++) {
      cluster.start(i);
    }
    cluster.awaitReady();
    return cluster;
  }

  @Test
  void aLearnerJoinsCatchesUpAndIsPromotedThroughAnyMember() throws Exception {
    try (TestCluster cluster = lenient(3)) {
      int follower = cluster.follower();
      var _ =
          kv(cluster, follower)
              .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
      MemberAddResponse added = members(cluster, follower).memberAdd(addition(4, true));
      assertThat(added.getHeader().getRevision()).isZero();
      assertThat(added.getMember().getName()).isEmpty();
      assertThat(added.getMembersCount()).isEqualTo(4);
      assertThatThrownBy(() -> members(cluster, follower).memberAdd(addition(5, true)))
          .hasMessage("FAILED_PRECONDITION: etcdserver: too many learner members in cluster");
      assertThatThrownBy(() -> members(cluster, follower).memberAdd(addition(1, false)))
          .hasMessage("FAILED_PRECONDITION: etcdserver: Peer URLs already exists");

      join(cluster, 4);
      assertThat(cluster.member(4).memberId()).isEqualTo(added.getMember().getID());
      assertThat(cluster.member(4).clusterId()).isEqualTo(cluster.member(1).clusterId());
      assertThat(maintenance(cluster, 4).status(StatusRequest.getDefaultInstance()).getIsLearner())
          .isTrue();
      RangeRequest range = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
      assertThat(kv(cluster, 4).range(range.toBuilder().setSerializable(true).build()).getCount())
          .isEqualTo(1);
      assertThatThrownBy(() -> kv(cluster, 4).range(range))
          .hasMessage("FAILED_PRECONDITION: etcdserver: rpc not supported for learner");
      assertThatThrownBy(
              () ->
                  kv(cluster, 4)
                      .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build()))
          .hasMessage("FAILED_PRECONDITION: etcdserver: rpc not supported for learner");
      assertThatThrownBy(() -> members(cluster, 4).memberAdd(addition(5, true)))
          .hasMessage("FAILED_PRECONDITION: etcdserver: rpc not supported for learner");
      assertThat(
              maintenance(cluster, 4)
                  .snapshot(SnapshotRequest.getDefaultInstance())
                  .next()
                  .getBlob()
                  .size())
          .isPositive();

      MemberPromoteRequest promotion =
          MemberPromoteRequest.newBuilder().setID(added.getMember().getID()).build();
      assertThat(
              members(cluster, follower).memberPromote(promotion).getMembersList().stream()
                  .noneMatch(each -> each.getIsLearner()))
          .isTrue();
      assertThatThrownBy(() -> members(cluster, follower).memberPromote(promotion))
          .hasMessage("FAILED_PRECONDITION: etcdserver: can only promote a learner member");
      TestCluster.await(() -> cluster.member(4).standing().confState().voters().size() == 4);
      assertThat(kv(cluster, 4).range(range).getCount()).isEqualTo(1);

      cluster.stop(4);
      cluster.run(
          4,
          new Member(
              cluster.settings(4, existing(4, true, false)),
              new SystemEnvironment(),
              cluster.network.endpoint(TestCluster.url(4)),
              _ -> {}));
      assertThat(cluster.member(4).standing().confState().voters())
          .as("a voter by what it has on disk")
          .hasSize(4);
      cluster.member(4).ready().get(30, TimeUnit.SECONDS);
      assertThat(cluster.failures()).isEmpty();
    }
  }

  private static MemberSettings twoLearners(MemberSettings settings, boolean promote) {
    return settings.of(
        settings.name(),
        settings.peerUrls(),
        settings.clientUrls(),
        new MemberSettings.Cluster(
            settings.cluster().initialMembers(),
            settings.cluster().named(),
            settings.cluster().token(),
            settings.cluster().exists(),
            false,
            false,
            2,
            promote,
            true,
            CorruptionChecks.NONE));
  }

  @Test
  void aLearnerThatIsAwayDoesNotKeepAnotherFromBeingPromoted() throws Exception {
    try (TestCluster cluster =
        new TestCluster(folder, 1).with(settings -> twoLearners(settings, false))) {
      cluster.start(1);
      cluster.awaitReady();
      for (int learner = 2; learner <= 3; learner++) {
        var _ = members(cluster, 1).memberAdd(addition(learner, true));
        join(cluster, learner);
      }
      long firstLearner =
          members(cluster, 1)
              .memberList(MemberListRequest.getDefaultInstance())
              .getMembersList()
              .stream()
              .filter(each -> each.getIsLearner())
              .findFirst()
              .orElseThrow()
              .getID();
      int away = cluster.member(2).memberId() == firstLearner ? 2 : 3;
      int there = away == 2 ? 3 : 2;
      cluster.stop(away);
      cluster.stop(1);
      cluster.with(settings -> twoLearners(settings, true)).start(1);
      TestCluster.await(
          () -> {
            var voters = cluster.member(1).standing().confState().voters();
            return voters.contains(cluster.member(there).memberId());
          });
    }
  }

  @Test
  void theLeaderHandsOverBeforeItIsRemovedAndStaysOut() throws Exception {
    try (TestCluster cluster = lenient(3)) {
      int leader = cluster.leader();
      long id = cluster.member(leader).memberId();
      var _ =
          members(cluster, leader).memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
      TestCluster.await(
          () -> cluster.failures().stream().anyMatch(MemberRemovedException.class::isInstance));
      cluster.stop(leader);
      int other = cluster.leader();
      assertThat(
              members(cluster, other)
                  .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                  .getMembersCount())
          .isEqualTo(2);
      assertThatThrownBy(
              () ->
                  members(cluster, other)
                      .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build()))
          .hasMessage("NOT_FOUND: etcdserver: member not found");
      assertThatThrownBy(() -> cluster.start(leader))
          .isInstanceOf(MemberStartException.class)
          .hasMessageContaining("permanently removed from the cluster");
    }
  }

  @Test
  void additionsWaitUntilTheClusterHasBeenHealthyForAWhile() throws Exception {
    try (TestCluster cluster = TestCluster.started(folder, 3)) {
      assertThatThrownBy(() -> members(cluster, 1).memberAdd(addition(4, true)))
          .hasMessage("UNAVAILABLE: etcdserver: unhealthy cluster");
      assertThatThrownBy(() -> members(cluster, 1).memberAdd(MemberAddRequest.getDefaultInstance()))
          .hasMessage("INVALID_ARGUMENT: etcdserver: given member URLs are invalid");
    }
  }

  @Test
  void anUpdateKeepsWhatItDoesNotChange() throws Exception {
    try (TestCluster cluster = lenient(1)) {
      MemberAddResponse added = members(cluster, 1).memberAdd(addition(2, true));
      var updated =
          members(cluster, 1)
              .memberUpdate(
                  MemberUpdateRequest.newBuilder()
                      .setID(added.getMember().getID())
                      .addPeerURLs("http://elsewhere:2380")
                      .build());
      assertThat(updated.getMembersList())
          .filteredOn(each -> each.getID() == added.getMember().getID())
          .singleElement()
          .satisfies(
              each -> {
                assertThat(each.getIsLearner()).isTrue();
                assertThat(each.getPeerURLsList()).containsExactly("http://elsewhere:2380");
              });
    }
  }

  @Test
  void leadershipMovesWhereItIsAskedTo() throws Exception {
    try (TestCluster cluster = lenient(3)) {
      int leader = cluster.leader();
      int follower = cluster.follower();
      MoveLeaderRequest request =
          MoveLeaderRequest.newBuilder().setTargetID(cluster.member(follower).memberId()).build();
      assertThatThrownBy(() -> maintenance(cluster, follower).moveLeader(request))
          .hasMessage("FAILED_PRECONDITION: etcdserver: not leader");
      var _ = maintenance(cluster, leader).moveLeader(request);
      assertThat(cluster.leader()).isEqualTo(follower);
      assertThatThrownBy(
              () ->
                  maintenance(cluster, follower)
                      .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(404).build()))
          .hasMessage("FAILED_PRECONDITION: etcdserver: bad leader transferee");
    }
  }

  @Test
  void aMemberOfManyGoesOnAloneWhenForcedAndKeepsItsData() throws Exception {
    long id;
    long clusterId;
    try (TestCluster cluster = lenient(3)) {
      var _ =
          kv(cluster, 1).put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
      id = cluster.member(1).memberId();
      clusterId = cluster.member(1).clusterId();
      var _ =
          kv(cluster, 1)
              .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build());
    }
    MemberSettings.Cluster forced =
        new MemberSettings.Cluster(
            new TreeMap<>(), true, "", false, true, true, 1, false, true, CorruptionChecks.NONE);
    try (TestCluster alone = new TestCluster(folder, 1)) {
      alone.run(
          1,
          new Member(alone.settings(1, forced), new SystemEnvironment(), new NoPeers(), _ -> {}));
      alone.awaitReady();
      assertThat(alone.member(1).memberId()).isEqualTo(id);
      assertThat(alone.member(1).clusterId()).isEqualTo(clusterId);
      assertThat(
              members(alone, 1).memberList(MemberListRequest.getDefaultInstance()).getMembersList())
          .extracting(each -> each.getName())
          .containsExactly("1");
      assertThat(
              kv(alone, 1)
                  .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build())
                  .getCount())
          .isEqualTo(1);
    }
  }
}
