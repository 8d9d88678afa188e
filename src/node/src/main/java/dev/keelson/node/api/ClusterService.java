package dev.keelson.node.api;

import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberListResponse;
import io.grpc.ServerServiceDefinition;

/** {@code etcdserverpb.Cluster}: who the members are. Its response headers carry no revision. */
public final class ClusterService {
  private final ApiContext context;
  private final Headers headers;

  public ClusterService(ApiContext context) {
    this.context = context;
    this.headers = context.headers();
  }

  /** The service to be registered with a server. */
  public ServerServiceDefinition definition() {
    return ServerServiceDefinition.builder(ClusterGrpc.SERVICE_NAME)
        .addMethod(context.methods().unary(ClusterGrpc.getMemberListMethod(), this::list))
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
}
