package dev.keelson.node.api;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Right;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.metrics.DiskMetrics;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.etcdserverpb.AlarmRequest;
import dev.keelson.proto.etcdserverpb.AlarmResponse;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DefragmentResponse;
import dev.keelson.proto.etcdserverpb.DowngradeInfo;
import dev.keelson.proto.etcdserverpb.DowngradeRequest;
import dev.keelson.proto.etcdserverpb.DowngradeResponse;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.MoveLeaderRequest;
import dev.keelson.proto.etcdserverpb.MoveLeaderResponse;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import dev.keelson.storage.backend.KvBackend;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code etcdserverpb.Maintenance}. */
public final class MaintenanceService {
  private static final Logger LOG = LoggerFactory.getLogger(MaintenanceService.class);
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+(\\.\\d+)?");

  private final ApiContext context;
  private final Headers headers;
  private final String version;
  private final HashHandler hashes;
  private final SnapshotHandler snapshots;

  /**
   * Creates the service.
   *
   * @param version the etcd version whose behaviour this server has
   */
  MaintenanceService(
      ApiContext context, String version, HashHandler hashes, SnapshotHandler snapshots) {
    this.context = context;
    this.headers = context.headers();
    this.version = version;
    this.hashes = hashes;
    this.snapshots = snapshots;
  }

  /** The service to be registered with a server. */
  public ServerServiceDefinition definition() {
    Methods methods = context.methods();
    return ServerServiceDefinition.builder(MaintenanceGrpc.SERVICE_NAME)
        .addMethod(
            methods.unary(MaintenanceGrpc.getStatusMethod(), Right.user(), this::status, _ -> true))
        .addMethod(
            methods.unary(
                MaintenanceGrpc.getAlarmMethod(),
                Right.by(MaintenanceService::alarmRight),
                this::alarm))
        .addMethod(
            methods.unary(MaintenanceGrpc.getDefragmentMethod(), Right.root(), this::defragment))
        .addMethod(methods.unary(MaintenanceGrpc.getHashMethod(), Right.root(), hashes::hash))
        .addMethod(methods.unary(MaintenanceGrpc.getHashKVMethod(), Right.root(), hashes::hashKv))
        .addMethod(
            methods.streamingOnLearnersToo(
                MaintenanceGrpc.getSnapshotMethod(), Right.root(), snapshots))
        .addMethod(
            methods.unary(MaintenanceGrpc.getMoveLeaderMethod(), Right.root(), this::moveLeader))
        .addMethod(
            methods.unary(MaintenanceGrpc.getDowngradeMethod(), Right.root(), this::downgrade))
        .build();
  }

  private void status(StatusRequest request, Reply reply) {
    // the applied index first: the commit index read after it is not behind it
    long applied = context.appliedIndex().getAsLong();
    Standing raft = context.standing().get();
    StateMachine state = context.state();
    StatusResponse.Builder response =
        StatusResponse.newBuilder()
            .setHeader(headers.current())
            .setVersion(version)
            .setStorageVersion(version.substring(0, version.lastIndexOf('.')) + ".0")
            .setDbSize(context.backend().sizeBytes())
            .setDbSizeInUse(context.backend().liveSizeBytes())
            .setDbSizeQuota(context.quota().limitBytes())
            .setLeader(raft.leader())
            .setRaftTerm(raft.term())
            .setRaftIndex(raft.commit())
            .setRaftAppliedIndex(applied)
            .setIsLearner(context.isLearner())
            .setDowngradeInfo(DowngradeInfo.getDefaultInstance());
    if (!raft.hasLeader()) {
      response.addErrors(KvError.NO_LEADER.text());
    }
    for (AlarmMember alarm : state.alarms().active()) {
      // etcd prints the message, which ends in a blank
      response.addErrors(
          "memberID:%s alarm:%s "
              .formatted(Long.toUnsignedString(alarm.getMemberID()), alarm.getAlarm()));
    }
    reply.ok(response.build());
  }

  /** Users may look at alarms. */
  private static void alarmRight(AuthState auth, Caller caller, AlarmRequest request)
      throws KvException {
    if (request.getAction() == AlarmRequest.AlarmAction.GET) {
      auth.requireUser(caller);
    } else {
      auth.requireRoot(caller);
    }
  }

  private void alarm(AlarmRequest request, Reply reply) {
    context
        .proposals()
        .propose(
            InternalRaftRequest.newBuilder().setAlarm(request),
            reply.executor(),
            outcome -> {
              KvException failure = outcome.failure();
              if (failure != null) {
                reply.fail(failure.error());
              } else if (outcome.result() instanceof List<?> alarms) {
                AlarmResponse.Builder response =
                    AlarmResponse.newBuilder().setHeader(headers.current());
                for (Object each : alarms) {
                  response.addAlarms((AlarmMember) each);
                }
                reply.ok(response.build());
              }
            });
  }

  /** Space comes back by itself; this brings it back now. Reads and writes go on meanwhile. */
  private void defragment(DefragmentRequest request, Reply reply) {
    context.scan(
        reply,
        () -> {
          DiskMetrics disk = context.metrics().disk;
          KvBackend backend = context.backend();
          long size = backend.sizeBytes();
          long inUse = backend.liveSizeBytes();
          LOG.atInfo()
              .addKeyValue("current-db-size-bytes", size)
              .addKeyValue("current-db-size-in-use-bytes", inUse)
              .log("starting defragment");
          long begin = System.nanoTime();
          disk.defragInFlight.incrementAndGet();
          long nanos;
          try {
            backend.compact();
          } finally {
            nanos = System.nanoTime() - begin;
            disk.defragInFlight.decrementAndGet();
            disk.defrag.recordNanos(nanos);
          }
          LOG.atInfo()
              .addKeyValue("current-db-size-bytes-diff", backend.sizeBytes() - size)
              .addKeyValue("current-db-size-bytes", backend.sizeBytes())
              .addKeyValue("current-db-size-in-use-bytes-diff", backend.liveSizeBytes() - inUse)
              .addKeyValue("current-db-size-in-use-bytes", backend.liveSizeBytes())
              .addKeyValue("took", SlowRequests.duration(nanos))
              .log("finished defragmenting directory");
          reply.ok(DefragmentResponse.getDefaultInstance());
        });
  }

  private void moveLeader(MoveLeaderRequest request, Reply reply) {
    Standing raft = context.standing().get();
    if (!raft.isLeader()) {
      reply.fail(KvError.NOT_LEADER);
    } else if (!raft.confState().isVoter(request.getTargetID())) {
      reply.fail(KvError.BAD_LEADER_TRANSFEREE);
    } else {
      reply.whenDone(
          context.membership().moveLeader(request.getTargetID(), reply::isAbandoned),
          _ -> MoveLeaderResponse.getDefaultInstance());
    }
  }

  /**
   * There is no older Keelson whose data format a cluster could go back to, so no target is valid
   * and there is never a downgrade to cancel, which etcd answers with success.
   */
  private void downgrade(DowngradeRequest request, Reply reply) {
    if (request.getAction() == DowngradeRequest.DowngradeAction.CANCEL) {
      context.linearizable(
          reply,
          () -> {
            DowngradeResponse.Builder response =
                DowngradeResponse.newBuilder().setHeader(headers.current());
            String agreed = context.state().members().clusterVersion();
            reply.ok(response.setVersion(agreed == null ? "" : agreed).build());
          });
    } else if (request.getAction() == DowngradeRequest.DowngradeAction.UNRECOGNIZED) {
      reply.fail(KvError.UNKNOWN_METHOD);
    } else if (!VERSION.matcher(request.getVersion()).matches()) {
      refuse(reply, request, KvError.BAD_DOWNGRADE_FORMAT);
    } else {
      context.linearizable(reply, () -> refuse(reply, request, KvError.BAD_DOWNGRADE_TARGET));
    }
  }

  private static void refuse(Reply reply, DowngradeRequest request, KvError error) {
    LOG.atWarn()
        .addKeyValue("target-version", request.getVersion())
        .addKeyValue("error", error.text())
        .log("reject downgrade request");
    reply.fail(error);
  }
}
