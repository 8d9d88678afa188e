package dev.keelson.operator.member;

import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthStatusRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Turns authentication on and keeps the password of the user root. */
public final class AuthSetup {
  private static final String ROOT = RootToken.ROOT;

  private final AuthGrpc.AuthBlockingStub anybody;
  private final UnaryOperator<AuthGrpc.AuthBlockingStub> asRoot;

  AuthSetup(ManagedChannel channel, UnaryOperator<AuthGrpc.AuthBlockingStub> asRoot) {
    this.anybody = AuthGrpc.newBlockingStub(channel);
    this.asRoot = asRoot;
  }

  /** Whether authentication is on. */
  public boolean enabled() {
    return limited(anybody).authStatus(AuthStatusRequest.getDefaultInstance()).getEnabled();
  }

  /** Makes user and role root where they are missing, sets the password, turns it on. */
  public void enable(String password) {
    if (!unlessThere(
        () ->
            limited(anybody)
                .userAdd(
                    AuthUserAddRequest.newBuilder().setName(ROOT).setPassword(password).build()))) {
      changePassword(password);
    }
    var _ =
        unlessThere(
            () -> limited(anybody).roleAdd(AuthRoleAddRequest.newBuilder().setName(ROOT).build()));
    var _ =
        limited(anybody)
            .userGrantRole(
                AuthUserGrantRoleRequest.newBuilder().setUser(ROOT).setRole(ROOT).build());
    var _ = limited(anybody).authEnable(AuthEnableRequest.getDefaultInstance());
  }

  /** Whether this is the password of root. */
  public boolean accepts(String password) {
    try {
      return !limited(anybody)
          .authenticate(
              AuthenticateRequest.newBuilder().setName(ROOT).setPassword(password).build())
          .getToken()
          .isEmpty();
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
        return false;
      }
      throw refused;
    }
  }

  /** Sets the password of root. */
  public void changePassword(String password) {
    var _ =
        limited(asRoot.apply(anybody))
            .userChangePassword(
                AuthUserChangePasswordRequest.newBuilder()
                    .setName(ROOT)
                    .setPassword(password)
                    .build());
  }

  private static AuthGrpc.AuthBlockingStub limited(AuthGrpc.AuthBlockingStub stub) {
    return stub.withDeadlineAfter(10, TimeUnit.SECONDS);
  }

  /** False if it was there already; etcd says so with FAILED_PRECONDITION. */
  private static boolean unlessThere(Runnable call) {
    try {
      call.run();
      return true;
    } catch (StatusRuntimeException refused) {
      if (refused.getStatus().getCode() == Status.Code.FAILED_PRECONDITION) {
        return false;
      }
      throw refused;
    }
  }
}
