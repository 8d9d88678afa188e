package dev.keelson.operator.member;

import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
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

  /** An answer to a user name and a password. */
  public enum Login {
    /** Authentication is off. */
    NOT_ENABLED,
    /** It is on, and these are right. */
    ACCEPTED,
    /** It is on, and these are wrong. */
    REFUSED
  }

  private final AuthGrpc.AuthBlockingStub anybody;
  private final UnaryOperator<AuthGrpc.AuthBlockingStub> asRoot;

  AuthSetup(ManagedChannel channel, UnaryOperator<AuthGrpc.AuthBlockingStub> asRoot) {
    this.anybody = AuthGrpc.newBlockingStub(channel);
    this.asRoot = asRoot;
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

  /**
   * What becomes of a login of root. Only so can one learn whether authentication is on without
   * being root already: AuthStatus is for root alone while it is.
   */
  public Login login(String password) {
    try {
      var _ =
          limited(anybody)
              .authenticate(
                  AuthenticateRequest.newBuilder().setName(ROOT).setPassword(password).build());
      return Login.ACCEPTED;
    } catch (StatusRuntimeException refused) {
      return switch (refused.getStatus().getCode()) {
        case FAILED_PRECONDITION -> Login.NOT_ENABLED;
        case INVALID_ARGUMENT -> Login.REFUSED;
        default -> throw refused;
      };
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
