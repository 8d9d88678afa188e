package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc.KVBlockingStub;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.v3electionpb.CampaignRequest;
import dev.keelson.proto.v3electionpb.CampaignResponse;
import dev.keelson.proto.v3electionpb.ElectionGrpc;
import dev.keelson.proto.v3electionpb.ElectionGrpc.ElectionBlockingStub;
import dev.keelson.proto.v3electionpb.LeaderKey;
import dev.keelson.proto.v3electionpb.LeaderRequest;
import dev.keelson.proto.v3electionpb.LeaderResponse;
import dev.keelson.proto.v3electionpb.ProclaimRequest;
import dev.keelson.proto.v3electionpb.ResignRequest;
import dev.keelson.proto.v3lockpb.LockGrpc;
import dev.keelson.proto.v3lockpb.LockGrpc.LockBlockingStub;
import dev.keelson.proto.v3lockpb.LockRequest;
import dev.keelson.proto.v3lockpb.LockResponse;
import dev.keelson.proto.v3lockpb.UnlockRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks and elections against a whole member, one name per test. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class RecipeServicesTest {
  private ServedMember served;
  private KVBlockingStub kv;
  private LockBlockingStub locks;
  private ElectionBlockingStub elections;

  @BeforeAll
  void start(@TempDir Path dataDir) throws Exception {
    Member member =
        new Member(
            MemberSettings.standalone(dataDir),
            new SystemEnvironment(),
            new NoPeers(),
            cause -> fail("the member failed", cause));
    member.start();
    member.ready().get(30, TimeUnit.SECONDS);
    served = new ServedMember(member);
    kv = KVGrpc.newBlockingStub(served.channel());
    locks = LockGrpc.newBlockingStub(served.channel());
    elections = ElectionGrpc.newBlockingStub(served.channel());
  }

  @AfterAll
  void stop() {
    served.close();
  }

  @Test
  void aFreeLockIsTakenWithTheKeyOfTheLease() {
    grant(0xabc);
    LockResponse taken = locks.lock(lock("free", 0xabc));
    assertThat(taken.getKey()).isEqualTo(text("free/abc"));
    RangeResponse key = range("free/abc");
    assertThat(key.getKvs(0).getLease()).isEqualTo(0xabc);
    assertThat(key.getKvs(0).getValue()).isEqualTo(ByteString.EMPTY);
    assertThat(taken.getHeader().getRevision()).isEqualTo(key.getKvs(0).getCreateRevision());
    assertThat(taken.getHeader().getMemberId()).isEqualTo(served.member().memberId());
    // the same lease may lock again, and nothing changes
    assertThat(locks.lock(lock("free", 0xabc)).getKey()).isEqualTo(taken.getKey());
    assertThat(range("free/abc").getKvs(0).getVersion()).isEqualTo(1);
  }

  @Test
  void negativeLeasesHaveASignInTheirKey() {
    grant(-0x1f);
    assertThat(locks.lock(lock("negative", -0x1f)).getKey()).isEqualTo(text("negative/-1f"));
  }

  @Test
  void withoutALeaseOneOfAMinuteIsGranted() {
    ByteString key = locks.lock(lock("leaseless", 0)).getKey();
    long lease = range(key.toStringUtf8()).getKvs(0).getLease();
    assertThat(key).isEqualTo(text("leaseless/" + Long.toHexString(lease)));
    assertThat(
            LeaseGrpc.newBlockingStub(served.channel())
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder().setID(lease).build())
                .getGrantedTTL())
        .isEqualTo(60);
  }

  @Test
  void waitersGetTheLockInTheOrderOfTheirArrival() throws Exception {
    grant(21);
    grant(22);
    grant(23);
    locks.lock(lock("queue", 21));
    ListenableFuture<LockResponse> second = lockLater("queue", 22);
    awaitKeys("queue/", 2);
    ListenableFuture<LockResponse> third = lockLater("queue", 23);
    awaitKeys("queue/", 3);
    assertThat(second.isDone()).isFalse();
    locks.unlock(UnlockRequest.newBuilder().setKey(text("queue/15")).build());
    assertThat(second.get().getKey()).isEqualTo(text("queue/16"));
    assertThat(third.isDone()).isFalse();
    revoke(22);
    assertThat(third.get().getKey()).isEqualTo(text("queue/17"));
  }

  @Test
  void aWaiterThatGivesUpLeavesNoKey() throws Exception {
    grant(31);
    grant(32);
    locks.lock(lock("impatient", 31));
    ListenableFuture<LockResponse> waiting = lockLater("impatient", 32);
    awaitKeys("impatient/", 2);
    waiting.cancel(true);
    awaitKeys("impatient/", 1);
    assertThat(range("impatient/1f").getCount()).isEqualTo(1);
  }

  @Test
  void aWaiterWhoseLeaseIsGoneHasLostItsTurn() throws Exception {
    grant(41);
    grant(42);
    locks.lock(lock("expired", 41));
    ListenableFuture<LockResponse> waiting = lockLater("expired", 42);
    awaitKeys("expired/", 2);
    revoke(42);
    revoke(41);
    assertThatThrownBy(waiting::get)
        .hasRootCauseInstanceOf(StatusRuntimeException.class)
        .hasRootCauseMessage("UNKNOWN: mutex: session is expired");
  }

  @Test
  void errorsOfTheStoreKeepTheirTextAndLoseTheirCode() {
    assertFails(() -> locks.lock(lock("nobody", 4711)), "etcdserver: requested lease not found");
    assertFails(
        () -> locks.unlock(UnlockRequest.getDefaultInstance()), "etcdserver: key is not provided");
    locks.unlock(UnlockRequest.newBuilder().setKey(text("never/was")).build());
  }

  @Test
  void aCampaignIsWonWhenAllOlderCandidatesAreGone() throws Exception {
    grant(51);
    grant(52);
    CampaignResponse first = elections.campaign(campaign("office", 51, "one"));
    LeaderKey leader = first.getLeader();
    assertThat(leader.getKey()).isEqualTo(text("office/33"));
    assertThat(leader.getName()).isEqualTo(text("office"));
    assertThat(leader.getLease()).isEqualTo(51);
    assertThat(leader.getRev()).isEqualTo(first.getHeader().getRevision());
    ListenableFuture<CampaignResponse> second =
        ElectionGrpc.newFutureStub(served.channel()).campaign(campaign("office", 52, "two"));
    awaitKeys("office/", 2);
    assertThat(leaderOf("office").getKv().getValue()).isEqualTo(text("one"));
    elections.proclaim(
        ProclaimRequest.newBuilder().setLeader(leader).setValue(text("uno")).build());
    assertThat(leaderOf("office").getKv().getValue()).isEqualTo(text("uno"));
    elections.resign(ResignRequest.newBuilder().setLeader(leader).build());
    assertThat(second.get().getLeader().getKey()).isEqualTo(text("office/34"));
    assertFails(
        () ->
            elections.proclaim(
                ProclaimRequest.newBuilder().setLeader(leader).setValue(text("late")).build()),
        "election: not leader");
    // resigning twice is no error
    elections.resign(ResignRequest.newBuilder().setLeader(leader).build());
    assertThat(leaderOf("office").getKv().getValue()).isEqualTo(text("two"));
  }

  @Test
  void campaigningAgainReplacesTheValue() {
    grant(61);
    LeaderKey first = elections.campaign(campaign("again", 61, "old")).getLeader();
    CampaignResponse second = elections.campaign(campaign("again", 61, "new"));
    assertThat(second.getLeader()).isEqualTo(first);
    assertThat(leaderOf("again").getKv().getValue()).isEqualTo(text("new"));
    assertThat(leaderOf("again").getKv().getVersion()).isEqualTo(2);
  }

  @Test
  void electionsTellWhatIsMissing() {
    assertFails(
        () -> elections.proclaim(ProclaimRequest.getDefaultInstance()),
        "\"leader\" field must be provided");
    assertFails(
        () -> elections.resign(ResignRequest.getDefaultInstance()),
        "\"leader\" field must be provided");
    assertFails(() -> leaderOf("vacant"), "election: no leader");
  }

  @Test
  void observersSeeEachLeaderAndEachProclamation() throws Exception {
    BlockingQueue<LeaderResponse> seen = new LinkedBlockingQueue<>();
    ElectionGrpc.newStub(served.channel())
        .observe(LeaderRequest.newBuilder().setName(text("stage")).build(), into(seen));
    grant(71);
    LeaderKey first = elections.campaign(campaign("stage", 71, "one")).getLeader();
    LeaderResponse shown = seen.take();
    assertThat(shown.getKv().getValue()).isEqualTo(text("one"));
    assertThat(shown.getHeader().getRevision()).isEqualTo(first.getRev());
    elections.proclaim(ProclaimRequest.newBuilder().setLeader(first).setValue(text("un")).build());
    assertThat(seen.take().getKv().getValue()).isEqualTo(text("un"));
    elections.resign(ResignRequest.newBuilder().setLeader(first).build());
    elections.campaign(campaign("stage", 71, "two"));
    assertThat(seen.take().getKv().getValue()).isEqualTo(text("two"));
    assertThat(seen).isEmpty();
  }

  private static StreamObserver<LeaderResponse> into(BlockingQueue<LeaderResponse> queue) {
    return new StreamObserver<>() {
      @Override
      public void onNext(LeaderResponse response) {
        queue.add(response);
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {}
    };
  }

  private static void assertFails(Runnable call, String text) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getDescription()).isEqualTo(text);
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNKNOWN);
            });
  }

  private LeaderResponse leaderOf(String name) {
    return elections.leader(LeaderRequest.newBuilder().setName(text(name)).build());
  }

  private ListenableFuture<LockResponse> lockLater(String name, long lease) {
    return LockGrpc.newFutureStub(served.channel()).lock(lock(name, lease));
  }

  /** Waits until so many contenders are there. */
  private void awaitKeys(String prefix, long count) {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(text(prefix))
            .setRangeEnd(text(prefix.replace('/', '0')))
            .setCountOnly(true)
            .build();
    while (kv.range(request).getCount() != count) {
      Thread.onSpinWait();
    }
  }

  private RangeResponse range(String key) {
    return kv.range(RangeRequest.newBuilder().setKey(text(key)).build());
  }

  private void grant(long lease) {
    LeaseGrpc.newBlockingStub(served.channel())
        .leaseGrant(LeaseGrantRequest.newBuilder().setID(lease).setTTL(600).build());
  }

  private void revoke(long lease) {
    LeaseGrpc.newBlockingStub(served.channel())
        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
  }

  private static LockRequest lock(String name, long lease) {
    return LockRequest.newBuilder().setName(text(name)).setLease(lease).build();
  }

  private static CampaignRequest campaign(String name, long lease, String value) {
    return CampaignRequest.newBuilder()
        .setName(text(name))
        .setLease(lease)
        .setValue(text(value))
        .build();
  }

  private static ByteString text(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
