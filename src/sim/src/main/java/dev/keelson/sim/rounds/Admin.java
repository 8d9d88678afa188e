package dev.keelson.sim.rounds;

import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmResponse;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.CompactionRequest;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.HashKVResponse;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What an administrator asks of members directly. Every call is answered within its time or fails
 * with {@link StatusRuntimeException}.
 */
final class Admin {
  private static final long STATUS_MILLIS = 300;
  private static final long CALL_MILLIS = 3_000;

  private final Doors doors;
  private final int members;

  Admin(Doors doors, int members) {
    this.doors = doors;
    this.members = members;
  }

  <Q, R> R call(int member, MethodDescriptor<Q, R> method, Q request, long millis) {
    ManagedChannel channel = doors.direct(member);
    try {
      return ClientCalls.blockingUnaryCall(
          channel,
          method,
          CallOptions.DEFAULT.withDeadlineAfter(millis, TimeUnit.MILLISECONDS),
          request);
    } catch (StatusRuntimeException e) {
      channel.resetConnectBackoff();
      throw e;
    }
  }

  private StatusResponse status(int member) {
    return call(
        member,
        MaintenanceGrpc.getStatusMethod(),
        StatusRequest.getDefaultInstance(),
        STATUS_MILLIS);
  }

  /** The number of the member that leads in the newest term that anybody leads in; 0 for none. */
  int leader() {
    int leader = 0;
    long newest = 0;
    for (int member = 1; member <= members; member++) {
      try {
        StatusResponse status = status(member);
        if (status.getLeader() == status.getHeader().getMemberId()
            && status.getRaftTerm() > newest) {
          newest = status.getRaftTerm();
          leader = member;
        }
      } catch (StatusRuntimeException e) {
        // it does not lead anybody
      }
    }
    return leader;
  }

  /** The term a member is in. */
  long term(int member) {
    return status(member).getRaftTerm();
  }

  /** The members of the cluster, as a member knows them. */
  List<Member> list(int member) {
    return call(
            member,
            ClusterGrpc.getMemberListMethod(),
            MemberListRequest.newBuilder().setLinearizable(true).build(),
            CALL_MILLIS)
        .getMembersList();
  }

  /** Who can be reached at a peer URL, as a member knows it. */
  Optional<Member> at(int member, String peerUrl) {
    return list(member).stream().filter(each -> each.getPeerURLsList().contains(peerUrl)).findAny();
  }

  void remove(int member, long id) {
    var _ =
        call(
            member,
            ClusterGrpc.getMemberRemoveMethod(),
            MemberRemoveRequest.newBuilder().setID(id).build(),
            CALL_MILLIS);
  }

  void addLearner(int member, String peerUrl) {
    var _ =
        call(
            member,
            ClusterGrpc.getMemberAddMethod(),
            MemberAddRequest.newBuilder().addPeerURLs(peerUrl).setIsLearner(true).build(),
            CALL_MILLIS);
  }

  void promote(int member, long id) {
    var _ =
        call(
            member,
            ClusterGrpc.getMemberPromoteMethod(),
            MemberPromoteRequest.newBuilder().setID(id).build(),
            CALL_MILLIS);
  }

  void moveLeader(int leader, long to) {
    var _ =
        call(
            leader,
            MaintenanceGrpc.getMoveLeaderMethod(),
            MoveLeaderRequest.newBuilder().setTargetID(to).build(),
            CALL_MILLIS);
  }

  /** The id of the member that answers in a seat. */
  long id(int member) {
    return status(member).getHeader().getMemberId();
  }

  void compact(int member, long revision, boolean physical) {
    var _ =
        call(
            member,
            KVGrpc.getCompactMethod(),
            CompactionRequest.newBuilder().setRevision(revision).setPhysical(physical).build(),
            CALL_MILLIS);
  }

  /** A hash over all that a member holds as of a revision. */
  HashKVResponse hash(int member, long revision) {
    return call(
        member,
        MaintenanceGrpc.getHashKVMethod(),
        HashKVRequest.newBuilder().setRevision(revision).build(),
        CALL_MILLIS);
  }

  /** How many leases there are. */
  int leases(int member) {
    return call(
            member,
            LeaseGrpc.getLeaseLeasesMethod(),
            LeaseLeasesRequest.getDefaultInstance(),
            CALL_MILLIS)
        .getLeasesCount();
  }

  AlarmResponse alarms(int member) {
    return call(
        member,
        MaintenanceGrpc.getAlarmMethod(),
        AlarmRequest.newBuilder().setAction(AlarmRequest.AlarmAction.GET).build(),
        CALL_MILLIS);
  }
}
