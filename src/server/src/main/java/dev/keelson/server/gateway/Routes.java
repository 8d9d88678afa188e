package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.v3electionpb.ElectionGrpc;
import dev.keelson.proto.v3lockpb.LockGrpc;
import io.grpc.MethodDescriptor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which path leads to which RPC, as in etcd's proto annotations. All take POST. */
public final class Routes {
  private static final Map<String, MethodDescriptor<Message, Message>> BY_PATH =
      new LinkedHashMap<>();

  static {
    add("kv/range", KVGrpc.getRangeMethod());
    add("kv/put", KVGrpc.getPutMethod());
    add("kv/deleterange", KVGrpc.getDeleteRangeMethod());
    add("kv/txn", KVGrpc.getTxnMethod());
    add("kv/compaction", KVGrpc.getCompactMethod());
    add("watch", WatchGrpc.getWatchMethod());
    add("lease/grant", LeaseGrpc.getLeaseGrantMethod());
    add("lease/revoke", LeaseGrpc.getLeaseRevokeMethod());
    add("kv/lease/revoke", LeaseGrpc.getLeaseRevokeMethod());
    add("lease/keepalive", LeaseGrpc.getLeaseKeepAliveMethod());
    add("lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod());
    add("kv/lease/timetolive", LeaseGrpc.getLeaseTimeToLiveMethod());
    add("lease/leases", LeaseGrpc.getLeaseLeasesMethod());
    add("kv/lease/leases", LeaseGrpc.getLeaseLeasesMethod());
    add("cluster/member/add", ClusterGrpc.getMemberAddMethod());
    add("cluster/member/remove", ClusterGrpc.getMemberRemoveMethod());
    add("cluster/member/update", ClusterGrpc.getMemberUpdateMethod());
    add("cluster/member/list", ClusterGrpc.getMemberListMethod());
    add("cluster/member/promote", ClusterGrpc.getMemberPromoteMethod());
    add("maintenance/alarm", MaintenanceGrpc.getAlarmMethod());
    add("maintenance/status", MaintenanceGrpc.getStatusMethod());
    add("maintenance/defragment", MaintenanceGrpc.getDefragmentMethod());
    add("maintenance/hash", MaintenanceGrpc.getHashMethod());
    add("maintenance/hashkv", MaintenanceGrpc.getHashKVMethod());
    add("maintenance/snapshot", MaintenanceGrpc.getSnapshotMethod());
    add("maintenance/transfer-leadership", MaintenanceGrpc.getMoveLeaderMethod());
    add("maintenance/downgrade", MaintenanceGrpc.getDowngradeMethod());
    add("auth/enable", AuthGrpc.getAuthEnableMethod());
    add("auth/disable", AuthGrpc.getAuthDisableMethod());
    add("auth/status", AuthGrpc.getAuthStatusMethod());
    add("auth/authenticate", AuthGrpc.getAuthenticateMethod());
    add("auth/user/add", AuthGrpc.getUserAddMethod());
    add("auth/user/get", AuthGrpc.getUserGetMethod());
    add("auth/user/list", AuthGrpc.getUserListMethod());
    add("auth/user/delete", AuthGrpc.getUserDeleteMethod());
    add("auth/user/changepw", AuthGrpc.getUserChangePasswordMethod());
    add("auth/user/grant", AuthGrpc.getUserGrantRoleMethod());
    add("auth/user/revoke", AuthGrpc.getUserRevokeRoleMethod());
    add("auth/role/add", AuthGrpc.getRoleAddMethod());
    add("auth/role/get", AuthGrpc.getRoleGetMethod());
    add("auth/role/list", AuthGrpc.getRoleListMethod());
    add("auth/role/delete", AuthGrpc.getRoleDeleteMethod());
    add("auth/role/grant", AuthGrpc.getRoleGrantPermissionMethod());
    add("auth/role/revoke", AuthGrpc.getRoleRevokePermissionMethod());
    add("lock/lock", LockGrpc.getLockMethod());
    add("lock/unlock", LockGrpc.getUnlockMethod());
    add("election/campaign", ElectionGrpc.getCampaignMethod());
    add("election/proclaim", ElectionGrpc.getProclaimMethod());
    add("election/leader", ElectionGrpc.getLeaderMethod());
    add("election/observe", ElectionGrpc.getObserveMethod());
    add("election/resign", ElectionGrpc.getResignMethod());
  }

  private Routes() {}

  @SuppressWarnings("unchecked") // every generated message is a Message
  private static void add(String path, MethodDescriptor<?, ?> method) {
    BY_PATH.put("/v3/" + path, (MethodDescriptor<Message, Message>) method);
  }

  /** The RPC behind a path; null when there is none. */
  static @Nullable MethodDescriptor<Message, Message> find(String path) {
    return BY_PATH.get(path);
  }

  /** Every path with its RPC, in the order of etcd's documentation. */
  public static Map<String, MethodDescriptor<Message, Message>> all() {
    return Collections.unmodifiableMap(BY_PATH);
  }
}
