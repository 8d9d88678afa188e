package dev.keelson.node.api;

import static dev.keelson.node.api.MatrixRow.Who.CERTIFIED;
import static dev.keelson.node.api.MatrixRow.Who.NARROW;
import static dev.keelson.node.api.MatrixRow.Who.NO_ROLE;
import static dev.keelson.node.api.MatrixRow.Who.READER;
import static dev.keelson.node.api.MatrixRow.Who.ROOT;
import static dev.keelson.node.api.MatrixRow.Who.WRITER;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.node.api.MatrixRow.Who;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.AuthDisableRequest;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleListRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthStatusRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.proto.etcdserverpb.AuthUserDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGetRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserListRequest;
import dev.keelson.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.DowngradeRequest;
import dev.keelson.proto.etcdserverpb.DowngradeRequest.DowngradeAction;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MemberUpdateRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.SnapshotRequest;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What the matrix expects of every RPC. */
final class MatrixRows {
  /** A lease with keys that begin with k, k2 among them. */
  static final long LEASE = 77;

  /** A lease without keys. */
  static final long EMPTY_LEASE = 78;

  private static final long UNKNOWN = 404;

  private static final Set<Who> EVERYBODY = EnumSet.allOf(Who.class);
  private static final Set<Who> USERS =
      EnumSet.of(NO_ROLE, READER, WRITER, NARROW, ROOT, CERTIFIED);
  private static final Set<Who> ROOT_ONLY = EnumSet.of(ROOT);
  private static final Set<Who> READ_K1 = EnumSet.of(READER, NARROW, ROOT, CERTIFIED);
  private static final Set<Who> READ_ALL_K = EnumSet.of(READER, ROOT, CERTIFIED);
  private static final Set<Who> WRITE_K1 = EnumSet.of(WRITER, NARROW, ROOT, CERTIFIED);
  private static final Set<Who> WRITE_ALL_K = EnumSet.of(WRITER, ROOT, CERTIFIED);
  private static final Set<Who> BOTH_K1 = EnumSet.of(NARROW, ROOT, CERTIFIED);
  private static final Set<Who> BOTH_ALL_K = EnumSet.of(ROOT, CERTIFIED);

  private static final String NO_SPACE =
      "RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded";
  private static final String CORRUPT = "DATA_LOSS: etcdserver: corrupt cluster";
  private static final String NO_LEASE = "NOT_FOUND: etcdserver: requested lease not found";
  private static final String NO_MEMBER = "NOT_FOUND: etcdserver: member not found";
  private static final String NO_SUCH_USER = "FAILED_PRECONDITION: etcdserver: user name not found";
  private static final String NO_SUCH_ROLE = "FAILED_PRECONDITION: etcdserver: role name not found";

  static final List<MatrixRow> ALL = all();

  private MatrixRows() {}

  private static List<MatrixRow> all() {
    List<MatrixRow> rows = new ArrayList<>();
    rows.addAll(reads());
    rows.addAll(writes());
    rows.addAll(txns());
    rows.addAll(watches());
    rows.addAll(leases());
    rows.addAll(maintenance());
    rows.addAll(users());
    rows.addAll(roles());
    return List.copyOf(rows);
  }

  private static MatrixRow row(MethodDescriptor<?, ?> method, Set<Who> allowed, Message request) {
    return new MatrixRow(method, request, allowed, Probe.OK, Probe.OK, Probe.OK, false);
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static RangeRequest range(String key, String end) {
    return RangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)).build();
  }

  private static List<MatrixRow> reads() {
    MethodDescriptor<?, ?> range = KVGrpc.getRangeMethod();
    MethodDescriptor<?, ?> stream = KVGrpc.getRangeStreamMethod();
    return List.of(
        row(range, READ_K1, range("k1", "")),
        row(range, READ_K1, range("k1", "k1\0")),
        row(range, READ_ALL_K, range("k", "l")),
        row(range, READ_ALL_K, range("k", "l").toBuilder().setSerializable(true).build()),
        row(range, ROOT_ONLY, range("k", "l\0")),
        row(range, ROOT_ONLY, range("k1", "\0")),
        row(range, ROOT_ONLY, range("\0", "\0")),
        row(stream, READ_K1, range("k1", "")),
        row(stream, READ_ALL_K, range("k", "l")),
        row(stream, ROOT_ONLY, range("k1", "\0")));
  }

  private static PutRequest.Builder put(String key) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes("v"));
  }

  private static DeleteRangeRequest.Builder delete(String key, String end) {
    return DeleteRangeRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end));
  }

  private static MatrixRow storing(Set<Who> allowed, PutRequest.Builder put) {
    return row(KVGrpc.getPutMethod(), allowed, put.build()).withoutSpace(NO_SPACE).corrupt(CORRUPT);
  }

  private static MatrixRow deleting(Set<Who> allowed, DeleteRangeRequest.Builder delete) {
    return row(KVGrpc.getDeleteRangeMethod(), allowed, delete.build()).corrupt(CORRUPT);
  }

  private static List<MatrixRow> writes() {
    return List.of(
        storing(WRITE_K1, put("k1")),
        storing(ROOT_ONLY, put("x")),
        storing(BOTH_K1, put("k1").setPrevKv(true)),
        storing(WRITE_ALL_K, put("k1").setLease(LEASE)),
        storing(WRITE_K1, put("k1").setLease(EMPTY_LEASE)),
        deleting(WRITE_ALL_K, delete("k3", "")),
        deleting(WRITE_ALL_K, delete("k3", "k4")),
        deleting(ROOT_ONLY, delete("x", "\0")),
        deleting(BOTH_ALL_K, delete("k3", "k4").setPrevKv(true)),
        row(
                KVGrpc.getCompactMethod(),
                ROOT_ONLY,
                CompactionRequest.newBuilder().setRevision(-1).build())
            .answers("OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted")
            .corrupt(CORRUPT));
  }

  private static RequestOp op(RangeRequest range) {
    return RequestOp.newBuilder().setRequestRange(range).build();
  }

  private static RequestOp op(PutRequest.Builder put) {
    return RequestOp.newBuilder().setRequestPut(put).build();
  }

  private static RequestOp op(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  private static TxnRequest.Builder txn(RequestOp... ops) {
    return TxnRequest.newBuilder().addAllSuccess(List.of(ops));
  }

  private static List<MatrixRow> txns() {
    MethodDescriptor<?, ?> txn = KVGrpc.getTxnMethod();
    TxnRequest.Builder notTaken = txn(op(range("k1", ""))).addFailure(op(range("x", "")));
    return List.of(
        row(txn, USERS, txn().build()),
        row(txn, READ_K1, txn(op(range("k1", ""))).build()),
        row(txn, ROOT_ONLY, notTaken.build()),
        row(txn, WRITE_K1, txn(op(put("k1"))).build()).withoutSpace(NO_SPACE).corrupt(CORRUPT),
        row(txn, BOTH_K1, txn(op(put("k1").setPrevKv(true))).build())
            .withoutSpace(NO_SPACE)
            .corrupt(CORRUPT),
        row(txn, WRITE_ALL_K, txn(op(put("k1").setLease(LEASE))).build())
            .withoutSpace(NO_SPACE)
            .corrupt(CORRUPT),
        // puts of nested transactions are not charged, as in etcd
        row(txn, WRITE_K1, txn(op(txn(op(put("k1"))))).build()).corrupt(CORRUPT),
        row(txn, ROOT_ONLY, txn(op(txn(op(put("k1")), op(range("x", ""))))).build())
            .corrupt(CORRUPT),
        row(txn, ROOT_ONLY, txn(op(txn(op(txn(op(put("x"))))))).build()).corrupt(CORRUPT));
  }

  private static MatrixRow watch(Set<Who> allowed, String key, String end) {
    return row(
        WatchGrpc.getWatchMethod(),
        allowed,
        WatchRequest.newBuilder()
            .setCreateRequest(
                WatchCreateRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
            .build());
  }

  private static List<MatrixRow> watches() {
    return List.of(
        watch(READ_K1, "k1", ""),
        watch(READ_ALL_K, "k", "l"),
        watch(ROOT_ONLY, "k1", "\0"),
        watch(ROOT_ONLY, "", "\0"));
  }

  private static LeaseTimeToLiveRequest timeToLive(long lease, boolean keys) {
    return LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(keys).build();
  }

  private static LeaseKeepAliveRequest keepAlive(long lease) {
    return LeaseKeepAliveRequest.newBuilder().setID(lease).build();
  }

  private static List<MatrixRow> leases() {
    return List.of(
        row(
                LeaseGrpc.getLeaseGrantMethod(),
                USERS,
                LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(100).build())
            .answers("FAILED_PRECONDITION: etcdserver: lease already exists")
            .withoutSpace(NO_SPACE)
            .corrupt(CORRUPT),
        row(
                LeaseGrpc.getLeaseRevokeMethod(),
                USERS,
                LeaseRevokeRequest.newBuilder().setID(UNKNOWN).build())
            .answers(NO_LEASE)
            .corrupt(CORRUPT),
        row(
                LeaseGrpc.getLeaseRevokeMethod(),
                WRITE_ALL_K,
                LeaseRevokeRequest.newBuilder().setID(LEASE).build())
            .triedInVain(),
        row(LeaseGrpc.getLeaseKeepAliveMethod(), WRITE_ALL_K, keepAlive(LEASE)),
        row(LeaseGrpc.getLeaseKeepAliveMethod(), USERS, keepAlive(EMPTY_LEASE)),
        row(LeaseGrpc.getLeaseTimeToLiveMethod(), READ_ALL_K, timeToLive(LEASE, true)),
        row(LeaseGrpc.getLeaseTimeToLiveMethod(), USERS, timeToLive(LEASE, false)),
        row(LeaseGrpc.getLeaseLeasesMethod(), READ_ALL_K, LeaseLeasesRequest.getDefaultInstance()));
  }

  private static List<MatrixRow> maintenance() {
    return List.of(
        row(ClusterGrpc.getMemberListMethod(), USERS, MemberListRequest.getDefaultInstance()),
        row(
                ClusterGrpc.getMemberAddMethod(),
                ROOT_ONLY,
                MemberAddRequest.newBuilder().addPeerURLs("?").build())
            .answers("INVALID_ARGUMENT: etcdserver: given member URLs are invalid"),
        row(
                ClusterGrpc.getMemberUpdateMethod(),
                ROOT_ONLY,
                MemberUpdateRequest.newBuilder().setID(UNKNOWN).addPeerURLs("http://h:1").build())
            .answers(NO_MEMBER),
        row(
                ClusterGrpc.getMemberRemoveMethod(),
                ROOT_ONLY,
                MemberRemoveRequest.newBuilder().setID(UNKNOWN).build())
            .answers(NO_MEMBER),
        row(
                ClusterGrpc.getMemberPromoteMethod(),
                ROOT_ONLY,
                MemberPromoteRequest.newBuilder().setID(UNKNOWN).build())
            .answers(NO_MEMBER),
        row(MaintenanceGrpc.getAlarmMethod(), USERS, AlarmRequest.getDefaultInstance()),
        row(
            MaintenanceGrpc.getAlarmMethod(),
            ROOT_ONLY,
            AlarmRequest.newBuilder()
                .setAction(AlarmAction.DEACTIVATE)
                .setMemberID(UNKNOWN)
                .setAlarm(AlarmType.NOSPACE)
                .build()),
        row(MaintenanceGrpc.getStatusMethod(), USERS, StatusRequest.getDefaultInstance()),
        row(
            MaintenanceGrpc.getDefragmentMethod(),
            ROOT_ONLY,
            DefragmentRequest.getDefaultInstance()),
        row(MaintenanceGrpc.getHashMethod(), ROOT_ONLY, HashRequest.getDefaultInstance()),
        row(MaintenanceGrpc.getHashKVMethod(), ROOT_ONLY, HashKVRequest.getDefaultInstance()),
        row(MaintenanceGrpc.getSnapshotMethod(), ROOT_ONLY, SnapshotRequest.getDefaultInstance()),
        row(
                MaintenanceGrpc.getMoveLeaderMethod(),
                ROOT_ONLY,
                MoveLeaderRequest.newBuilder().setTargetID(UNKNOWN).build())
            .answers("FAILED_PRECONDITION: etcdserver: bad leader transferee"),
        row(
            MaintenanceGrpc.getDowngradeMethod(),
            ROOT_ONLY,
            DowngradeRequest.newBuilder().setAction(DowngradeAction.CANCEL).build()));
  }

  private static List<MatrixRow> users() {
    return List.of(
        row(AuthGrpc.getAuthEnableMethod(), ROOT_ONLY, AuthEnableRequest.getDefaultInstance()),
        row(AuthGrpc.getAuthDisableMethod(), ROOT_ONLY, AuthDisableRequest.getDefaultInstance())
            .triedInVain(),
        row(AuthGrpc.getAuthStatusMethod(), ROOT_ONLY, AuthStatusRequest.getDefaultInstance()),
        row(
                AuthGrpc.getAuthenticateMethod(),
                EVERYBODY,
                AuthenticateRequest.newBuilder().setName("reader").setPassword("?").build())
            .answers(
                "INVALID_ARGUMENT: etcdserver: authentication failed, invalid user ID or password"),
        row(
                AuthGrpc.getUserAddMethod(),
                ROOT_ONLY,
                AuthUserAddRequest.newBuilder().setName("root").setPassword("?").build())
            .answers("FAILED_PRECONDITION: etcdserver: user name already exists"),
        row(
            AuthGrpc.getUserGetMethod(),
            EnumSet.of(NARROW, ROOT),
            AuthUserGetRequest.newBuilder().setName("narrow").build()),
        row(
                AuthGrpc.getUserGetMethod(),
                ROOT_ONLY,
                AuthUserGetRequest.newBuilder().setName("").build())
            .answers(NO_SUCH_USER),
        row(AuthGrpc.getUserListMethod(), ROOT_ONLY, AuthUserListRequest.getDefaultInstance()),
        row(
                AuthGrpc.getUserDeleteMethod(),
                ROOT_ONLY,
                AuthUserDeleteRequest.newBuilder().setName("?").build())
            .answers(NO_SUCH_USER),
        row(
                AuthGrpc.getUserChangePasswordMethod(),
                ROOT_ONLY,
                AuthUserChangePasswordRequest.newBuilder().setName("?").setPassword("?").build())
            .answers(NO_SUCH_USER),
        row(
                AuthGrpc.getUserGrantRoleMethod(),
                ROOT_ONLY,
                AuthUserGrantRoleRequest.newBuilder().setUser("?").setRole("root").build())
            .answers(NO_SUCH_USER),
        row(
                AuthGrpc.getUserRevokeRoleMethod(),
                ROOT_ONLY,
                AuthUserRevokeRoleRequest.newBuilder().setName("?").setRole("root").build())
            .answers(NO_SUCH_USER));
  }

  private static List<MatrixRow> roles() {
    return List.of(
        row(
                AuthGrpc.getRoleAddMethod(),
                ROOT_ONLY,
                AuthRoleAddRequest.newBuilder().setName("root").build())
            .answers("FAILED_PRECONDITION: etcdserver: role name already exists"),
        row(
            AuthGrpc.getRoleGetMethod(),
            EnumSet.of(NARROW, ROOT),
            AuthRoleGetRequest.newBuilder().setRole("narrow").build()),
        row(AuthGrpc.getRoleListMethod(), ROOT_ONLY, AuthRoleListRequest.getDefaultInstance()),
        row(
                AuthGrpc.getRoleDeleteMethod(),
                ROOT_ONLY,
                AuthRoleDeleteRequest.newBuilder().setRole("?").build())
            .answers(NO_SUCH_ROLE),
        row(
                AuthGrpc.getRoleGrantPermissionMethod(),
                ROOT_ONLY,
                AuthRoleGrantPermissionRequest.newBuilder().setName("narrow").build())
            .answers("INVALID_ARGUMENT: etcdserver: permission not given"),
        row(
                AuthGrpc.getRoleRevokePermissionMethod(),
                ROOT_ONLY,
                AuthRoleRevokePermissionRequest.newBuilder().setRole("?").build())
            .answers(NO_SUCH_ROLE));
  }
}
