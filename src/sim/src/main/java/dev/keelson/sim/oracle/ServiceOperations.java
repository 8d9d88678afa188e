package dev.keelson.sim.oracle;

import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DowngradeRequest;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MemberUpdateRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.v3electionpb.CampaignRequest;
import dev.keelson.proto.v3electionpb.ElectionGrpc;
import dev.keelson.proto.v3electionpb.LeaderRequest;
import dev.keelson.proto.v3electionpb.ProclaimRequest;
import dev.keelson.proto.v3electionpb.ResignRequest;
import dev.keelson.proto.v3lockpb.LockGrpc;
import dev.keelson.proto.v3lockpb.LockRequest;
import dev.keelson.proto.v3lockpb.UnlockRequest;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;

/** Random operations of the maintenance, cluster, lock and election services. */
final class ServiceOperations {
  private static final long UNKNOWN_MEMBER = 12345;
  private static final int LIST = 5;

  private final Dice dice;

  ServiceOperations(Dice dice) {
    this.dice = dice;
  }

  Operation maintenance(boolean withDowngrade) {
    int choice = dice.below(100);
    if (choice < 35) {
      return call(
          MaintenanceGrpc.getHashKVMethod(),
          HashKVRequest.newBuilder().setRevision(dice.chance(500) ? 0 : dice.revision()).build());
    }
    if (choice < 60) {
      return call(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance());
    }
    if (choice < 80) {
      return alarm(AlarmRequest.AlarmAction.GET, dice.below(3), 0);
    }
    if (choice < 84) {
      return alarm(AlarmRequest.AlarmAction.DEACTIVATE, dice.below(3), Symbols.MEMBER);
    }
    if (choice < 92 && withDowngrade) {
      String version = dice.pick(List.of("", "x", "3", "1.0.0", "3.99"));
      return call(
          MaintenanceGrpc.getDowngradeMethod(),
          DowngradeRequest.newBuilder().setVersion(version).setActionValue(dice.below(3)).build());
    }
    if (choice < 98) {
      long target = dice.chance(500) ? Symbols.MEMBER : UNKNOWN_MEMBER;
      return call(
          MaintenanceGrpc.getMoveLeaderMethod(),
          MoveLeaderRequest.newBuilder().setTargetID(target).build());
    }
    return call(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance());
  }

  /**
   * An alarm switched on for a few steps. That of space is for another member: a server may clear
   * its own as soon as it finds that it has space.
   */
  Operation alarmed(List<Operation> steps) {
    boolean space = dice.chance(700);
    int alarm = space ? AlarmType.NOSPACE_VALUE : AlarmType.CORRUPT_VALUE;
    long member = !space && dice.chance(800) ? Symbols.MEMBER : UNKNOWN_MEMBER;
    List<Operation> all = new ArrayList<>();
    all.add(alarm(AlarmRequest.AlarmAction.ACTIVATE, alarm, member));
    all.addAll(steps);
    all.add(alarm(AlarmRequest.AlarmAction.DEACTIVATE, alarm, member));
    return new Operation.Group(all, false);
  }

  /** Membership calls that must be refused, and the list. */
  Operation cluster(boolean withChanges) {
    return switch (withChanges ? dice.below(6) : LIST) {
      case 0 ->
          call(
              ClusterGrpc.getMemberRemoveMethod(),
              MemberRemoveRequest.newBuilder().setID(UNKNOWN_MEMBER).build());
      case 1 ->
          call(
              ClusterGrpc.getMemberUpdateMethod(),
              MemberUpdateRequest.newBuilder()
                  .setID(UNKNOWN_MEMBER)
                  .addPeerURLs("http://127.0.0.1:9")
                  .build());
      case 2 ->
          call(
              ClusterGrpc.getMemberPromoteMethod(),
              MemberPromoteRequest.newBuilder()
                  .setID(dice.chance(500) ? Symbols.MEMBER : UNKNOWN_MEMBER)
                  .build());
      case 3 ->
          call(
              ClusterGrpc.getMemberAddMethod(),
              MemberAddRequest.newBuilder()
                  .addPeerURLs(
                      dice.pick(List.of("", "x", "http://a", "ftp://a:1", "http://a:1/path")))
                  .build());
      default ->
          call(
              ClusterGrpc.getMemberListMethod(),
              MemberListRequest.newBuilder().setLinearizable(dice.chance(500)).build());
    };
  }

  /** Locks and elections that never wait: every lease has names of its own. */
  Operation lockOrElection() {
    long lease = LeaseOperations.anyLease(dice);
    String owner = Long.toString(lease);
    return switch (dice.below(7)) {
      case 0, 1 ->
          call(
              LockGrpc.getLockMethod(),
              LockRequest.newBuilder().setName(Dice.key("lock" + owner)).setLease(lease).build());
      case 2 ->
          call(
              LockGrpc.getUnlockMethod(),
              UnlockRequest.newBuilder()
                  .setKey(Dice.key("lock" + owner + "/" + Long.toHexString(lease)))
                  .build());
      case 3 ->
          call(
              ElectionGrpc.getCampaignMethod(),
              CampaignRequest.newBuilder()
                  .setName(Dice.key("election" + owner))
                  .setLease(lease)
                  .setValue(dice.value())
                  .build());
      case 4 ->
          call(
              ElectionGrpc.getLeaderMethod(),
              LeaderRequest.newBuilder().setName(Dice.key("election" + owner)).build());
      case 5 -> call(ElectionGrpc.getProclaimMethod(), ProclaimRequest.getDefaultInstance());
      default -> call(ElectionGrpc.getResignMethod(), ResignRequest.getDefaultInstance());
    };
  }

  private static Operation alarm(AlarmRequest.AlarmAction action, int alarm, long member) {
    return call(
        MaintenanceGrpc.getAlarmMethod(),
        AlarmRequest.newBuilder()
            .setAction(action)
            .setAlarmValue(alarm)
            .setMemberID(member)
            .build());
  }

  private static Operation call(MethodDescriptor<?, ?> method, Message request) {
    return new Operation.Call(method, request);
  }
}
