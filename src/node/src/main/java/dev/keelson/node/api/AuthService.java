package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Passwords;
import dev.keelson.node.api.auth.Right;
import dev.keelson.node.identity.CallerContext;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleGetResponse;
import dev.keelson.proto.etcdserverpb.AuthRoleListResponse;
import dev.keelson.proto.etcdserverpb.AuthStatusResponse;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGetResponse;
import dev.keelson.proto.etcdserverpb.AuthUserListResponse;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.Base64;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code etcdserverpb.Auth}. Everything goes through the log, reads included, and who may do it is
 * decided there. Passwords do not: only their hashes leave this member.
 */
public final class AuthService {
  private final ApiContext context;
  private final Headers headers;
  private final Passwords passwords;

  public AuthService(ApiContext context) {
    this.context = context;
    this.headers = context.headers();
    this.passwords = context.authentication().passwords();
  }

  /** The service to be registered with a server. */
  public ServerServiceDefinition definition() {
    Methods methods = context.methods();
    LoginHandler logins = new LoginHandler(context);
    return ServerServiceDefinition.builder(AuthGrpc.SERVICE_NAME)
        .addMethod(
            logged(AuthGrpc.getAuthEnableMethod(), InternalRaftRequest.Builder::setAuthEnable))
        .addMethod(
            logged(AuthGrpc.getAuthDisableMethod(), InternalRaftRequest.Builder::setAuthDisable))
        .addMethod(
            logged(AuthGrpc.getAuthStatusMethod(), InternalRaftRequest.Builder::setAuthStatus))
        .addMethod(methods.unary(AuthGrpc.getAuthenticateMethod(), Right.anyone(), logins::login))
        .addMethod(methods.unary(AuthGrpc.getUserAddMethod(), Right.applied(), this::userAdd))
        .addMethod(logged(AuthGrpc.getUserGetMethod(), InternalRaftRequest.Builder::setAuthUserGet))
        .addMethod(
            logged(AuthGrpc.getUserListMethod(), InternalRaftRequest.Builder::setAuthUserList))
        .addMethod(
            logged(AuthGrpc.getUserDeleteMethod(), InternalRaftRequest.Builder::setAuthUserDelete))
        .addMethod(
            methods.unary(
                AuthGrpc.getUserChangePasswordMethod(), Right.applied(), this::changePassword))
        .addMethod(
            logged(
                AuthGrpc.getUserGrantRoleMethod(),
                InternalRaftRequest.Builder::setAuthUserGrantRole))
        .addMethod(
            logged(
                AuthGrpc.getUserRevokeRoleMethod(),
                InternalRaftRequest.Builder::setAuthUserRevokeRole))
        .addMethod(logged(AuthGrpc.getRoleAddMethod(), InternalRaftRequest.Builder::setAuthRoleAdd))
        .addMethod(logged(AuthGrpc.getRoleGetMethod(), InternalRaftRequest.Builder::setAuthRoleGet))
        .addMethod(
            logged(AuthGrpc.getRoleListMethod(), InternalRaftRequest.Builder::setAuthRoleList))
        .addMethod(
            logged(AuthGrpc.getRoleDeleteMethod(), InternalRaftRequest.Builder::setAuthRoleDelete))
        .addMethod(
            logged(
                AuthGrpc.getRoleGrantPermissionMethod(),
                InternalRaftRequest.Builder::setAuthRoleGrantPermission))
        .addMethod(
            logged(
                AuthGrpc.getRoleRevokePermissionMethod(),
                InternalRaftRequest.Builder::setAuthRoleRevokePermission))
        .build();
  }

  /** A method whose request goes into the log as it is. */
  private <Q extends MessageLite> ServerMethodDefinition<?, ?> logged(
      MethodDescriptor<Q, ?> method,
      BiFunction<InternalRaftRequest.Builder, Q, InternalRaftRequest.Builder> command) {
    return context
        .methods()
        .unary(
            method,
            Right.applied(),
            (request, reply) ->
                propose(command.apply(InternalRaftRequest.newBuilder(), request), reply));
  }

  private void userAdd(AuthUserAddRequest request, Reply reply) {
    AuthUserAddRequest.Builder settled = request.toBuilder().clearPassword().clearHashedPassword();
    if (request.getOptions().getNoPassword()) {
      propose(InternalRaftRequest.newBuilder().setAuthUserAdd(settled), reply);
    } else {
      hashed(
          request.getPassword(),
          reply,
          hash -> InternalRaftRequest.newBuilder().setAuthUserAdd(settled.setHashedPassword(hash)));
    }
  }

  private void changePassword(AuthUserChangePasswordRequest request, Reply reply) {
    AuthUserChangePasswordRequest.Builder settled = request.toBuilder().clearPassword();
    hashed(
        request.getPassword(),
        reply,
        hash ->
            InternalRaftRequest.newBuilder()
                .setAuthUserChangePassword(settled.setHashedPassword(hash)));
  }

  /** Makes the command of a hash. */
  @FunctionalInterface
  private interface OfHash {
    InternalRaftRequest.Builder command(String base64);
  }

  /** Hashing takes long; it is not done for those whom the log would refuse anyway. */
  private void hashed(String password, Reply reply, OfHash of) {
    context.linearizable(
        reply,
        () -> {
          try {
            context.authentication().state().get().requireRoot(reply.caller());
            passwords.execute(() -> hash(password, reply, of));
          } catch (KvException e) {
            reply.fail(e.error());
          } catch (RejectedExecutionException e) {
            reply.fail(KvError.TOO_MANY_REQUESTS);
          }
        });
  }

  private void hash(String password, Reply reply, OfHash of) {
    try {
      String hash = Base64.getEncoder().encodeToString(passwords.hash(password));
      propose(of.command(hash), reply);
    } catch (KvException e) {
      reply.fail(e.error());
    }
  }

  private void propose(InternalRaftRequest.Builder command, Reply reply) {
    context
        .proposals()
        .propose(
            command.setHeader(CallerContext.header(reply.caller())),
            reply.executor(),
            outcome -> {
              KvException failure = outcome.failure();
              if (failure != null) {
                reply.fail(failure.error());
              } else {
                reply.ok(response(outcome.result()));
              }
            });
  }

  private Encoded response(@Nullable Object result) {
    ResponseHeader header = headers.current();
    return switch (result) {
      case AuthStatusResponse status -> Encoded.of(status.toBuilder().setHeader(header).build());
      case AuthUserGetResponse user -> Encoded.of(user.toBuilder().setHeader(header).build());
      case AuthUserListResponse users -> Encoded.of(users.toBuilder().setHeader(header).build());
      case AuthRoleGetResponse role -> Encoded.of(role.toBuilder().setHeader(header).build());
      case AuthRoleListResponse roles -> Encoded.of(roles.toBuilder().setHeader(header).build());
      case null, default ->
          // the other responses are a header and nothing else
          new WireWriter().message(1, headers.wire(header.getRevision()));
    };
  }
}
