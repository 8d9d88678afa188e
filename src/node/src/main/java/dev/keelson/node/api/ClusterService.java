package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.api.auth.Right;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberAddRequest;
import dev.keelson.proto.etcdserverpb.MemberAddResponse;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberListResponse;
import dev.keelson.proto.etcdserverpb.MemberPromoteRequest;
import dev.keelson.proto.etcdserverpb.MemberPromoteResponse;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveResponse;
import dev.keelson.proto.etcdserverpb.MemberUpdateRequest;
import dev.keelson.proto.etcdserverpb.MemberUpdateResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import io.grpc.ServerServiceDefinition;
import java.util.Collection;
import java.util.List;

/**
 * {@code etcdserverpb.Cluster}: who the members are. Its response headers carry no revision.
 * Changes are not limited in time but by the caller.
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
        .addMethod(methods.unary(ClusterGrpc.getMemberAddMethod(), Right.root(), this::add))
        .addMethod(methods.unary(ClusterGrpc.getMemberRemoveMethod(), Right.root(), this::remove))
        .addMethod(methods.unary(ClusterGrpc.getMemberUpdateMethod(), Right.root(), this::update))
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
    reply.ok(
        MemberListResponse.newBuilder()
            .setHeader(header())
            .addAllMembers(messages(context.state().members().all()))
            .build());
  }

  private ResponseHeader header() {
    return headers.message(0);
  }

  private static List<Member> messages(Collection<dev.keelson.proto.membershippb.Member> members) {
    return members.stream().map(MemberMessages::of).toList();
  }

  private void add(MemberAddRequest request, Reply reply) {
    if (!PeerUrls.areValid(request.getPeerURLsList())) {
      reply.fail(KvError.BAD_MEMBER_URLS);
      return;
    }
    reply.whenDone(
        context
            .membership()
            .add(request.getPeerURLsList(), request.getIsLearner(), reply::isAbandoned),
        added ->
            MemberAddResponse.newBuilder()
                .setHeader(header())
                .setMember(MemberMessages.of(added.member()))
                .addAllMembers(messages(added.members()))
                .build());
  }

  private void remove(MemberRemoveRequest request, Reply reply) {
    reply.whenDone(
        context.membership().remove(request.getID(), reply::isAbandoned),
        members ->
            MemberRemoveResponse.newBuilder()
                .setHeader(header())
                .addAllMembers(messages(members))
                .build());
  }

  private void update(MemberUpdateRequest request, Reply reply) {
    reply.whenDone(
        context.membership().update(request.getID(), request.getPeerURLsList(), reply::isAbandoned),
        members ->
            MemberUpdateResponse.newBuilder()
                .setHeader(header())
                .addAllMembers(messages(members))
                .build());
  }

  private void promote(MemberPromoteRequest request, Reply reply) {
    reply.whenDone(
        context.membership().promote(request.getID(), reply::isAbandoned),
        members ->
            MemberPromoteResponse.newBuilder()
                .setHeader(header())
                .addAllMembers(messages(members))
                .build());
  }
}
