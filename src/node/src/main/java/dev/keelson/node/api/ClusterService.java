package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.api.auth.Right;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberListResponse;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import io.grpc.ServerServiceDefinition;

/**
 * {@code etcdserverpb.Cluster}: who the members are. Its response headers carry no revision. Calls
 * that change the membership of a lone member have nothing to change; what they answer is what etcd
 * answers for it.
 */
public final class ClusterService {
  private final ApiContext context;
  private final Headers headers;

  public ClusterService(ApiContext context) {
    this.context = context;
    this.headers = context.headers();
  }

  /** The service to be registered with a server. */
  public ServerServiceDefinition definition() {
    Methods methods = context.methods();
    return ServerServiceDefinition.builder(ClusterGrpc.SERVICE_NAME)
        .addMethod(methods.unary(ClusterGrpc.getMemberListMethod(), Right.user(), this::list))
        .addMethod(methods.unary(ClusterGrpc.getMemberRemoveMethod(), Right.root(), this::remove))
        .addMethod(methods.unary(ClusterGrpc.getMemberPromoteMethod(), Right.root(), this::promote))
        .build();
  }

  private void list(MemberListRequest request, Reply reply) {
    if (request.getLinearizable()) {
      context.linearizable(reply, () -> answer(reply));
    } else {
      answer(reply);
    }
  }

  private void answer(Reply reply) {
    MemberListResponse.Builder response =
        MemberListResponse.newBuilder().setHeader(headers.message(0));
    for (dev.keelson.proto.membershippb.Member member : context.state().members().all()) {
      response.addMembers(
          Member.newBuilder()
              .setID(member.getID())
              .setName(member.getMemberAttributes().getName())
              .addAllPeerURLs(member.getRaftAttributes().getPeerUrlsList())
              .addAllClientURLs(member.getMemberAttributes().getClientUrlsList())
              .setIsLearner(member.getRaftAttributes().getIsLearner()));
    }
    reply.ok(response.build());
  }

  /** The last voter cannot go: nobody would be left to carry on. */
  private void remove(MemberRemoveRequest request, Reply reply) {
    KvError refusal =
        context.state().members().find(request.getID()) == null
            ? KvError.MEMBER_NOT_FOUND
            : KvError.NOT_ENOUGH_STARTED;
    context.linearizable(reply, () -> reply.fail(refusal));
  }

  private void promote(MemberPromoteRequest request, Reply reply) {
    KvError refusal =
        context.state().members().find(request.getID()) == null
            ? KvError.MEMBER_NOT_FOUND
            : KvError.NOT_A_LEARNER;
    context.linearizable(reply, () -> reply.fail(refusal));
  }
}
