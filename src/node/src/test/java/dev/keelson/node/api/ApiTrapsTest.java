package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import dev.keelson.node.EtcdVersion;
import dev.keelson.node.Member;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc.KVBlockingStub;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrpc.LeaseBlockingStub;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc.MaintenanceBlockingStub;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.SnapshotRequest;
import dev.keelson.proto.etcdserverpb.SnapshotResponse;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A whole member, seen by a client, where re-implementations of etcd usually go wrong. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiTrapsTest {
  private static final long UNKNOWN_LEASE = 404;
  private static final String NO_SPACE =
      "RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded";
  private static final String LEASE_NOT_FOUND = "NOT_FOUND: etcdserver: requested lease not found";
  private static final String NO_LEADER = "UNAVAILABLE: etcdserver: no leader";

  @TempDir static Path folder;
  private ServedMember served;
  private KVBlockingStub kv;
  private LeaseBlockingStub leases;
  private MaintenanceBlockingStub maintenance;

  @BeforeAll
  void start() throws Exception {
    served = new ServedMember(member("started"));
    served.member().start();
    served.member().ready().get(30, TimeUnit.SECONDS);
    kv = KVGrpc.newBlockingStub(served.channel());
    leases = LeaseGrpc.newBlockingStub(served.channel());
    maintenance = MaintenanceGrpc.newBlockingStub(served.channel());
  }

  private Member member(String name) {
    return new Member(
        MemberSettings.standalone(folder.resolve(name)),
        new SystemEnvironment(),
        new NoPeers(),
        cause -> fail("the member failed", cause));
  }

  @AfterAll
  void stop() {
    served.close();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static PutRequest put(String key, int size) {
    return PutRequest.newBuilder()
        .setKey(bytes(key))
        .setValue(ByteString.copyFrom(new byte[size]))
        .build();
  }

  private static RangeRequest.Builder range(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key));
  }

  private static RequestOp op(RangeRequest.Builder range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  private static LeaseGrantRequest grant(long ttl) {
    return LeaseGrantRequest.newBuilder().setTTL(ttl).build();
  }

  private static LeaseRevokeRequest revoke(long lease) {
    return LeaseRevokeRequest.newBuilder().setID(lease).build();
  }

  private void alarm(AlarmAction action, AlarmType type) {
    maintenance.alarm(
        AlarmRequest.newBuilder()
            .setAction(action)
            .setMemberID(served.member().memberId())
            .setAlarm(type)
            .build());
  }

  private StatusResponse status() {
    return maintenance.status(StatusRequest.getDefaultInstance());
  }

  /** A keepalive stream whose answers are collected. */
  private final class KeepAlive extends ClientCall.Listener<LeaseKeepAliveResponse> {
    private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call =
        served.channel().newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
    private final BlockingQueue<LeaseKeepAliveResponse> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status> end = new LinkedBlockingQueue<>();

    KeepAlive() {
      call.start(this, new Metadata());
      call.request(100);
    }

    @Override
    public void onMessage(LeaseKeepAliveResponse message) {
      answers.add(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.add(status);
    }

    void send(long lease) {
      call.sendMessage(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
    }

    LeaseKeepAliveResponse answer() throws InterruptedException {
      LeaseKeepAliveResponse answer = answers.poll(30, TimeUnit.SECONDS);
      if (answer == null) {
        throw new AssertionError("no answer; stream ended with " + end.peek());
      }
      return answer;
    }
  }

  @Test
  void keepAliveOfAnUnknownLeaseIsAnsweredWithZeroAndTheStreamLives() throws Exception {
    KeepAlive stream = new KeepAlive();
    stream.send(UNKNOWN_LEASE);
    LeaseKeepAliveResponse unknown = stream.answer();
    assertThat(unknown.getID()).isEqualTo(UNKNOWN_LEASE);
    assertThat(unknown.getTTL()).isZero();
    long lease = leases.leaseGrant(grant(60)).getID();
    stream.send(lease);
    assertThat(stream.answer().getTTL()).isEqualTo(60);
    stream.call.halfClose();
    Status end = stream.end.poll(30, TimeUnit.SECONDS);
    assertThat(end).isNotNull();
    assertThat(end.isOk()).isTrue();
  }

  @Test
  void timeToLiveOfAnUnknownLeaseIsMinusOneAndItsRevokeNotFound() {
    LeaseTimeToLiveResponse answer =
        leases.leaseTimeToLive(
            LeaseTimeToLiveRequest.newBuilder().setID(UNKNOWN_LEASE).setKeys(true).build());
    assertThat(answer.getTTL()).isEqualTo(-1);
    assertThat(answer.getGrantedTTL()).isZero();
    assertThat(answer.getID()).isEqualTo(UNKNOWN_LEASE);
    assertThatThrownBy(() -> leases.leaseRevoke(revoke(UNKNOWN_LEASE))).hasMessage(LEASE_NOT_FOUND);
  }

  @Test
  void theShortestLeaseIsAnsweredAsGranted() {
    LeaseGrantResponse shortest = leases.leaseGrant(grant(1));
    assertThat(shortest.getTTL()).isEqualTo(2);
    leases.leaseRevoke(revoke(shortest.getID()));
    assertThat(leases.leaseGrant(grant(3)).getTTL()).isEqualTo(3);
  }

  /** A corrupt cluster refuses to revoke, which keeps the expired lease in existence. */
  @Test
  void theHeaderOfAKeepAliveIsFromBeforeTheRenewal() throws Exception {
    long lease = leases.leaseGrant(grant(3)).getID();
    long expired = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    kv.put(put("leased", 1).toBuilder().setLease(lease).build());
    alarm(AlarmAction.ACTIVATE, AlarmType.CORRUPT);
    KeepAlive stream = new KeepAlive();
    long before = kv.range(range("leased").build()).getHeader().getRevision();
    for (long left = expired - System.nanoTime(); left > 0; left = expired - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    stream.send(lease);
    assertThat(stream.answers).as("waits until the lease is gone").isEmpty();
    alarm(AlarmAction.DEACTIVATE, AlarmType.CORRUPT);
    kv.put(put("other", 1)); // from now on the lease may be revoked, as it has expired
    LeaseKeepAliveResponse answer = stream.answer();
    assertThat(answer.getTTL()).isZero();
    assertThat(answer.getHeader().getRevision()).isEqualTo(before);
    assertThat(kv.range(range("leased").build()).getHeader().getRevision()).isEqualTo(before + 2);
    stream.call.halfClose();
  }

  /** How far the log has moved after 20 times the transaction; little else is written meanwhile. */
  private long entriesOfTwenty(TxnRequest txn) {
    long before = status().getRaftIndex();
    for (int i = 0; i < 20; i++) {
      kv.txn(txn);
    }
    return status().getRaftIndex() - before;
  }

  @Test
  void onlyPlainRangesAreReadWithoutTheLog() {
    TxnRequest plain = TxnRequest.newBuilder().addSuccess(op(range("a"))).build();
    TxnRequest nested =
        TxnRequest.newBuilder()
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestTxn(
                        TxnRequest.newBuilder().addSuccess(op(range("a").setSerializable(true)))))
            .build();
    assertThat(entriesOfTwenty(plain)).isLessThan(20);
    assertThat(entriesOfTwenty(nested)).isGreaterThanOrEqualTo(20);
  }

  @Test
  void withoutLeaderSerializableTransactionsAreReadLocally() throws IOException {
    try (ServedMember leaderless = new ServedMember(member("serializable"))) {
      KVBlockingStub local = KVGrpc.newBlockingStub(leaderless.channel());
      TxnRequest txn =
          TxnRequest.newBuilder()
              .addSuccess(op(range("a").setSerializable(true)))
              .addSuccess(op(range("b").setSerializable(true)))
              .build();
      assertThat(local.txn(txn).getResponsesCount()).isEqualTo(2);
      assertThat(local.txn(TxnRequest.getDefaultInstance()).getSucceeded()).isTrue();
    }
  }

  @Test
  void withoutLeaderCallsThatRequireOneAreRefused() throws Exception {
    Metadata required = new Metadata();
    required.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
    try (ServedMember leaderless = new ServedMember(member("leaderless"))) {
      RangeRequest read = range("a").setSerializable(true).build();
      assertThat(KVGrpc.newBlockingStub(leaderless.channel()).range(read).getCount()).isZero();
      KVBlockingStub strict =
          KVGrpc.newBlockingStub(leaderless.channel())
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(required));
      assertThatThrownBy(() -> strict.range(read)).hasMessage(NO_LEADER);
      BlockingQueue<Status> end = new LinkedBlockingQueue<>();
      leaderless
          .channel()
          .newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT)
          .start(
              new ClientCall.Listener<>() {
                @Override
                public void onClose(Status status, Metadata trailers) {
                  end.add(status);
                }
              },
              required);
      Status status = end.poll(30, TimeUnit.SECONDS);
      assertThat(status).isNotNull();
      assertThat(status.getCode() + ": " + status.getDescription()).isEqualTo(NO_LEADER);
    }
  }

  @Test
  void theLastMemberCannotBeRemovedAndTheCodeIsUnknown() {
    MemberRemoveRequest self =
        MemberRemoveRequest.newBuilder().setID(served.member().memberId()).build();
    assertThatThrownBy(() -> ClusterGrpc.newBlockingStub(served.channel()).memberRemove(self))
        .hasMessage(
            "UNKNOWN: etcdserver: re-configuration failed due to not enough started members");
  }

  @Test
  void statusTellsTheTruth() {
    long revision = kv.put(put("status", 1)).getHeader().getRevision();
    StatusResponse before = status();
    assertThat(before.getVersion()).isEqualTo(EtcdVersion.SERVER);
    assertThat(before.getStorageVersion()).isEqualTo(EtcdVersion.STORAGE);
    assertThat(before.getLeader())
        .isEqualTo(served.member().memberId())
        .isEqualTo(before.getHeader().getMemberId());
    assertThat(before.getRaftTerm())
        .isPositive()
        .isEqualTo(before.getHeader().getRaftTerm())
        .isEqualTo(served.member().status().term());
    assertThat(before.getHeader().getRevision()).isEqualTo(revision);
    assertThat(before.getDbSize()).isPositive();
    assertThat(before.getDbSizeInUse()).isBetween(0L, before.getDbSize());
    assertThat(before.getDbSizeQuota()).isEqualTo(2L << 30);
    assertThat(before.getErrorsList()).isEmpty();
    assertThat(before.getIsLearner()).isFalse();
    kv.put(put("status", 1));
    StatusResponse after = status();
    assertThat(after.getRaftIndex()).isGreaterThan(before.getRaftIndex());
    assertThat(after.getRaftAppliedIndex())
        .isGreaterThan(0)
        .isLessThanOrEqualTo(after.getRaftIndex());
  }

  @Test
  void withoutSpaceWhatFreesItStillWorks() {
    long lease = leases.leaseGrant(grant(60)).getID();
    long revision = kv.put(put("space", 1)).getHeader().getRevision();
    alarm(AlarmAction.ACTIVATE, AlarmType.NOSPACE);
    assertThat(status().getErrorsList()).singleElement().asString().contains("alarm:NOSPACE");
    assertThatThrownBy(() -> kv.put(put("space", 1))).hasMessage(NO_SPACE);
    assertThatThrownBy(() -> leases.leaseGrant(grant(60))).hasMessage(NO_SPACE);
    assertThat(kv.range(range("space").build()).getCount()).isEqualTo(1);
    assertThat(
            kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("space")).build())
                .getDeleted())
        .isEqualTo(1);
    kv.compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build());
    leases.leaseRevoke(revoke(lease));
    maintenance.defragment(DefragmentRequest.getDefaultInstance());
    alarm(AlarmAction.DEACTIVATE, AlarmType.NOSPACE);
    kv.put(put("space", 1));
  }

  @Test
  void aSnapshotEndsWithItsDigestInAMessageOfItsOwn() throws Exception {
    kv.put(put("snapshot", 100_000));
    List<SnapshotResponse> messages = new ArrayList<>();
    maintenance.snapshot(SnapshotRequest.getDefaultInstance()).forEachRemaining(messages::add);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (SnapshotResponse message : messages.subList(0, messages.size() - 1)) {
      message.getBlob().writeTo(file);
    }
    assertThat(file.size()).isPositive();
    assertThat(file.size() % 512).isZero();
    assertThat(messages.getLast().getBlob().toByteArray())
        .hasSize(32)
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(file.toByteArray()));
  }

  @Test
  void anAnswerMayBeLargerThanFourMegabytes() {
    for (int i = 0; i < 5; i++) {
      kv.put(put("large/" + i, 1 << 20));
    }
    RangeRequest all = range("large/").setRangeEnd(bytes("large0")).build();
    assertThat(kv.range(all).getSerializedSize()).isGreaterThan(5 << 20);
  }
}
