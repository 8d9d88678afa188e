package dev.keelson.node.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holes in authorisation that were published about etcd, tried here. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthAdvisoriesTest {
  private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";
  private static final String NO_USER = "INVALID_ARGUMENT: etcdserver: user name is empty";
  private static final long LEASE = 7;

  @TempDir static Path folder;
  private SecuredMember served;
  private String root = "";
  private String user = "";

  @BeforeAll
  void start() throws Exception {
    served = new SecuredMember(folder.resolve("member"), "simple");
    Metadata nobody = SecuredMember.nobody();
    served.addUser(nobody, "root");
    served.addUser(nobody, "user");
    served.addUser(nobody, "certified");
    served.grant(nobody, "user", Permission.Type.WRITE, "own", "");
    served.grant(nobody, "user", Permission.Type.READ, "seen", "");
    served.grant(nobody, "certified", Permission.Type.READ, "seen", "");
    served.enable();
    root = served.login("root");
    user = served.login("user");
    asRoot(
        LeaseGrpc.getLeaseGrantMethod(),
        LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(1000).build());
    asRoot(KVGrpc.getPutMethod(), put("secret").setLease(LEASE).build());
    asRoot(KVGrpc.getPutMethod(), put("own").build());
  }

  @AfterAll
  void stop() throws Exception {
    served.close();
  }

  private void asRoot(MethodDescriptor<?, ?> method, Message request) {
    assertThat(served.call(method, SecuredMember.token(root), request)).isEqualTo(Probe.OK);
  }

  private String asUser(MethodDescriptor<?, ?> method, Message request) {
    return served.call(method, SecuredMember.token(user), request);
  }

  private String asNobody(MethodDescriptor<?, ?> method, Message request) {
    return served.call(method, SecuredMember.nobody(), request);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static PutRequest.Builder put(String key) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes("v"));
  }

  private static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  private static TxnRequest.Builder txn(RequestOp op) {
    return TxnRequest.newBuilder().addSuccess(op);
  }

  /** CVE-2026-33343. */
  @Test
  void nestedTransactionsAreChecked() {
    RequestOp read =
        RequestOp.newBuilder()
            .setRequestRange(RangeRequest.newBuilder().setKey(bytes("secret")))
            .build();
    RequestOp delete =
        RequestOp.newBuilder()
            .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("secret")))
            .build();
    for (RequestOp each : new RequestOp[] {op(put("secret")), read, delete}) {
      assertThat(asUser(KVGrpc.getTxnMethod(), txn(op(txn(each))).build())).isEqualTo(DENIED);
      assertThat(
              asUser(
                  KVGrpc.getTxnMethod(),
                  txn(op(txn(op(TxnRequest.newBuilder().addFailure(each))))).build()))
          .isEqualTo(DENIED);
    }
    assertThat(asUser(KVGrpc.getTxnMethod(), txn(op(txn(op(put("own"))))).build()))
        .isEqualTo(Probe.OK);
  }

  /** CVE-2026-44283. */
  @Test
  void previousValuesAndLeasesWithinTransactionsAreChecked() {
    assertThat(asUser(KVGrpc.getTxnMethod(), txn(op(put("own").setPrevKv(true))).build()))
        .isEqualTo(DENIED);
    assertThat(asUser(KVGrpc.getTxnMethod(), txn(op(put("own").setLease(LEASE))).build()))
        .isEqualTo(DENIED);
    assertThat(asUser(KVGrpc.getPutMethod(), put("own").setPrevKv(true).build())).isEqualTo(DENIED);
    assertThat(asUser(KVGrpc.getPutMethod(), put("own").setLease(LEASE).build())).isEqualTo(DENIED);
    assertThat(asUser(KVGrpc.getTxnMethod(), txn(op(put("own"))).build())).isEqualTo(Probe.OK);
  }

  /** GHSA-xg4h-6gfc-h4m8. */
  @Test
  void aGrantOfOneKeyDoesNotAllowToWatchFromItOn() {
    WatchCreateRequest.Builder watch = WatchCreateRequest.newBuilder().setKey(bytes("seen"));
    assertThat(
            asUser(
                WatchGrpc.getWatchMethod(),
                WatchRequest.newBuilder().setCreateRequest(watch).build()))
        .isEqualTo(Probe.OK);
    assertThat(
            asUser(
                WatchGrpc.getWatchMethod(),
                WatchRequest.newBuilder().setCreateRequest(watch.setRangeEnd(bytes("\0"))).build()))
        .isEqualTo("rpc error: code = PermissionDenied desc = etcdserver: permission denied");
  }

  /** CVE-2023-32082. */
  @Test
  void theKeysOfALeaseAreToldToThoseWhoMayReadThem() {
    LeaseTimeToLiveRequest.Builder asked = LeaseTimeToLiveRequest.newBuilder().setID(LEASE);
    assertThat(asUser(LeaseGrpc.getLeaseTimeToLiveMethod(), asked.build())).isEqualTo(Probe.OK);
    assertThat(asUser(LeaseGrpc.getLeaseTimeToLiveMethod(), asked.setKeys(true).build()))
        .isEqualTo(DENIED);
    assertThat(asUser(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance()))
        .isEqualTo(DENIED);
    assertThat(
            asUser(
                LeaseGrpc.getLeaseRevokeMethod(),
                LeaseRevokeRequest.newBuilder().setID(LEASE).build()))
        .isEqualTo(DENIED);
  }

  /** CVE-2026-33413. */
  @Test
  void nobodyAsksTheClusterForAnything() {
    assertThat(asNobody(ClusterGrpc.getMemberListMethod(), MemberListRequest.getDefaultInstance()))
        .isEqualTo(NO_USER);
    assertThat(asNobody(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance()))
        .isEqualTo(NO_USER);
    assertThat(
            asNobody(
                LeaseGrpc.getLeaseGrantMethod(), LeaseGrantRequest.newBuilder().setTTL(9).build()))
        .isEqualTo(NO_USER);
    assertThat(
            asNobody(
                KVGrpc.getCompactMethod(), CompactionRequest.newBuilder().setRevision(1).build()))
        .isEqualTo(NO_USER);
    assertThat(
            asUser(
                KVGrpc.getCompactMethod(), CompactionRequest.newBuilder().setRevision(1).build()))
        .isEqualTo(DENIED);
  }

  /** etcd issue 22386: a full store took the checks with it. */
  @Test
  void anAlarmTakesNoCheckAway() {
    AlarmRequest.Builder alarm =
        AlarmRequest.newBuilder()
            .setAction(AlarmAction.ACTIVATE)
            .setMemberID(99)
            .setAlarm(AlarmType.NOSPACE);
    asRoot(MaintenanceGrpc.getAlarmMethod(), alarm.build());
    DeleteRangeRequest delete = DeleteRangeRequest.newBuilder().setKey(bytes("secret")).build();
    assertThat(asNobody(KVGrpc.getDeleteRangeMethod(), delete)).isEqualTo(NO_USER);
    assertThat(asUser(KVGrpc.getDeleteRangeMethod(), delete)).isEqualTo(DENIED);
    assertThat(asUser(KVGrpc.getPutMethod(), put("secret").build())).isEqualTo(DENIED);
    asRoot(MaintenanceGrpc.getAlarmMethod(), alarm.setAction(AlarmAction.DEACTIVATE).build());
  }

  /** CVE-2018-16886: a gateway's certificate is not its client's. */
  @Test
  void aCertificateThatAGatewayPresentsNamesNobody() {
    RangeRequest range = RangeRequest.newBuilder().setKey(bytes("seen")).build();
    Metadata direct = SecuredMember.certified();
    assertThat(served.call(KVGrpc.getRangeMethod(), direct, range)).isEqualTo(Probe.OK);
    Metadata gateway = SecuredMember.certified();
    gateway.put(Metadata.Key.of("grpcgateway-accept", Metadata.ASCII_STRING_MARSHALLER), "*/*");
    assertThat(served.call(KVGrpc.getRangeMethod(), gateway, range)).isEqualTo(NO_USER);
  }
}
