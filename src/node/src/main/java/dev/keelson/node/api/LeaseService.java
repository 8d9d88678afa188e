package dev.keelson.node.api;

import com.google.protobuf.ByteString;
import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.mvcc.View;
import dev.keelson.node.api.auth.Right;
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
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
        .addMethod(methods.unary(LeaseGrpc.getLeaseGrantMethod(), Right.applied(), this::grant))
        .addMethod(methods.unary(LeaseGrpc.getLeaseRevokeMethod(), Right.applied(), this::revoke))
        .addMethod(
            methods.streaming(
                LeaseGrpc.getLeaseKeepAliveMethod(),
                Right.perMessage(),
                new KeepAliveHandler(context, headers)))
        .addMethod(
            methods.unary(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                Right.served(LeaseService::userRight),
                this::timeToLive))
        .addMethod(
            methods.unary(
                LeaseGrpc.getLeaseLeasesMethod(),
                Right.served(LeaseService::userRight),
                this::leases))
        .build();
  }

  /** The keys of leases are told to those who may read them; the handlers see to that. */
  private static <Q> void userRight(AuthState auth, Caller caller, Q request) throws KvException {
    auth.requireUser(caller);
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
    var _ =
        context
            .leases()
            .timeToLive(request)
            .whenComplete(
                (response, failure) ->
                    reply
                        .executor()
                        .execute(
                            () -> reply.attempt(() -> answerTimeToLive(response, failure, reply))));
  }

  private void answerTimeToLive(
      @Nullable LeaseTimeToLiveResponse response, @Nullable Throwable failure, Reply reply)
      throws KvException {
    if (response == null) {
      reply.fail(Statuses.of(Objects.requireNonNull(failure, "neither answer nor failure")));
      return;
    }
    reply.admit();
    if (response.getKeysCount() > 0) {
      reply
          .access(this::attachedKeys)
          .readAll(response.getKeysList().stream().map(ByteString::toByteArray).toList());
    }
    reply.ok(response.toBuilder().setHeader(headers.current()).build());
  }

  private List<byte[]> attachedKeys(long lease) {
    try (View view = context.state().store().views().acquire()) {
      return Leases.attachedKeys(view.reader(), lease);
    }
  }

  private void leases(LeaseLeasesRequest request, Reply reply) throws KvException {
    reply.admit();
    KeyAccess access = reply.access(this::attachedKeys);
    if (access.unrestricted()) {
      answerLeases(access, reply);
    } else {
      context.scan(reply, () -> answerLeases(access, reply));
    }
  }

  /** A lease is listed to those who may read all its keys; one that is not is not left out. */
  private void answerLeases(KeyAccess access, Reply reply) throws KvException {
    LeaseLeasesResponse.Builder response =
        LeaseLeasesResponse.newBuilder().setHeader(headers.current());
    for (long id : context.lessor().ids()) {
      if (!access.unrestricted()) {
        access.readAll(attachedKeys(id));
      }
      response.addLeases(LeaseStatus.newBuilder().setID(id));
    }
    reply.ok(response.build());
  }
}
