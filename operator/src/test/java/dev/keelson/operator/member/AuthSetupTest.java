package dev.keelson.operator.member;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.operator.member.AuthSetup.Login;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthEnableResponse;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleAddResponse;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddResponse;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordResponse;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleResponse;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Authentication, turned on by somebody who is nobody yet, at members that refuse as etcd does. */
final class AuthSetupTest {
  private final Member member = new Member();
  private Server server;
  private ManagedChannel channel;
  private AuthSetup setup;

  @BeforeEach
  void start() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(member)
            .build()
            .start();
    channel =
        NettyChannelBuilder.forAddress((InetSocketAddress) server.getListenSockets().getFirst())
            .usePlaintext()
            .build();
    setup = new AuthSetup(channel, UnaryOperator.identity());
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void aLoginTellsWhetherAuthenticationIsOnAndThePasswordRight() {
    assertThat(setup.login("secret")).isEqualTo(Login.NOT_ENABLED);
    setup.enable("secret");
    assertThat(setup.login("secret")).isEqualTo(Login.ACCEPTED);
    assertThat(setup.login("other")).isEqualTo(Login.REFUSED);
  }

  @Test
  void whatWasBegunBeforeIsFinished() {
    member.password = "of an attempt that ended early";
    setup.enable("secret");
    assertThat(member.calls).endsWith("enable");
    assertThat(setup.login("secret")).isEqualTo(Login.ACCEPTED);
  }

  /** As much of the Auth service as this needs; AuthStatus is refused as it is to strangers. */
  private static final class Member extends AuthGrpc.AuthImplBase {
    private final List<String> calls = new ArrayList<>();
    private volatile boolean enabled;
    private volatile @Nullable String password;

    private <T> void answer(String call, T message, StreamObserver<T> to) {
      calls.add(call);
      to.onNext(message);
      to.onCompleted();
    }

    @Override
    public void authenticate(AuthenticateRequest login, StreamObserver<AuthenticateResponse> to) {
      if (!enabled) {
        to.onError(Status.FAILED_PRECONDITION.asRuntimeException());
      } else if (!login.getPassword().equals(password)) {
        to.onError(Status.INVALID_ARGUMENT.asRuntimeException());
      } else {
        answer("login", AuthenticateResponse.newBuilder().setToken("token").build(), to);
      }
    }

    @Override
    public void userAdd(AuthUserAddRequest user, StreamObserver<AuthUserAddResponse> to) {
      if (password != null) {
        to.onError(Status.FAILED_PRECONDITION.asRuntimeException());
        return;
      }
      password = user.getPassword();
      answer("user", AuthUserAddResponse.getDefaultInstance(), to);
    }

    @Override
    public void userChangePassword(
        AuthUserChangePasswordRequest user, StreamObserver<AuthUserChangePasswordResponse> to) {
      password = user.getPassword();
      answer("password", AuthUserChangePasswordResponse.getDefaultInstance(), to);
    }

    @Override
    public void roleAdd(AuthRoleAddRequest role, StreamObserver<AuthRoleAddResponse> to) {
      answer("role", AuthRoleAddResponse.getDefaultInstance(), to);
    }

    @Override
    public void userGrantRole(
        AuthUserGrantRoleRequest grant, StreamObserver<AuthUserGrantRoleResponse> to) {
      answer("grant", AuthUserGrantRoleResponse.getDefaultInstance(), to);
    }

    @Override
    public void authEnable(AuthEnableRequest on, StreamObserver<AuthEnableResponse> to) {
      enabled = true;
      answer("enable", AuthEnableResponse.getDefaultInstance(), to);
    }
  }
}
