package dev.keelson.node.api;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Leases;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseLeasesRequest;
import dev.keelson.proto.etcdserverpb.LeaseLeasesResponse;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.LeaseRevokeResponse;
import dev.keelson.proto.etcdserverpb.LeaseStatus;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.grpc.ServerServiceDefinition;

/** {@code etcdserverpb.Lease}. */
public final class LeaseService {
  /** What granting a lease is charged against the quota, in bytes. */
  private static final long GRANT_COST = 64;

  private final ApiContext context;
  private final Headers headers;

  public LeaseService(ApiContext context) {
    this.context = context;
    this.headers = context.headers();
  }

  /** The service to be registered with a server. */
  public ServerServiceDefinition definition() {
    Methods methods = context.methods();
    return ServerServiceDefinition.builder(LeaseGrpc.SERVICE_NAME)
        .addMethod(methods.unary(LeaseGrpc.getLeaseGrantMethod(), this::grant))
        .addMethod(methods.unary(LeaseGrpc.getLeaseRevokeMethod(), this::revoke))
        .addMethod(
            methods.streaming(
                LeaseGrpc.getLeaseKeepAliveMethod(), new KeepAliveHandler(context, headers)))
        .addMethod(methods.unary(LeaseGrpc.getLeaseTimeToLiveMethod(), this::timeToLive))
        .addMethod(methods.unary(LeaseGrpc.getLeaseLeasesMethod(), this::leases))
        .build();
  }

  private void grant(LeaseGrantRequest request, Reply reply) {
    if (!context.withinQuota(GRANT_COST, reply)) {
      return;
    }
    LeaseGrantRequest.Builder settled = request.toBuilder();
    if (request.getID() == 0) {
      settled.setID(context.ids().nextLease());
    }
    settled.setTTL(Math.max(request.getTTL(), context.limits().leaseTtlMinSeconds()));
    context
        .proposals()
        .propose(
            InternalRaftRequest.newBuilder().setLeaseGrant(settled),
            reply.executor(),
            outcome -> {
              KvException failure = outcome.failure();
              if (failure != null) {
                reply.fail(failure.error());
              } else if (outcome.result() instanceof Leases.Granted lease) {
                reply.ok(
                    LeaseGrantResponse.newBuilder()
                        .setHeader(headers.current())
                        .setID(lease.id())
                        .setTTL(lease.ttlSeconds())
                        .build());
              }
            });
  }

  private void revoke(LeaseRevokeRequest request, Reply reply) {
    context
        .proposals()
        .propose(
            InternalRaftRequest.newBuilder().setLeaseRevoke(request),
            reply.executor(),
            outcome -> {
              KvException failure = outcome.failure();
              if (failure != null) {
                reply.fail(failure.error());
              } else {
                reply.ok(LeaseRevokeResponse.newBuilder().setHeader(headers.current()).build());
              }
            });
  }

  private void timeToLive(LeaseTimeToLiveRequest request, Reply reply) {
    reply.whenDone(
        context.leases().timeToLive(request),
        response -> response.toBuilder().setHeader(headers.current()).build());
  }

  private void leases(LeaseLeasesRequest request, Reply reply) {
    LeaseLeasesResponse.Builder response =
        LeaseLeasesResponse.newBuilder().setHeader(headers.current());
    for (long id : context.lessor().ids()) {
      response.addLeases(LeaseStatus.newBuilder().setID(id));
    }
    reply.ok(response.build());
  }
}
