package dev.keelson.operator.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one can connect with, and to whom. */
final class MemberConnectionsTest {
  private final MemberConnections connections = new MemberConnections();

  @AfterEach
  void close() {
    connections.close();
  }

  @Test
  void textsThatAreNoCertificatesAreRefusedWithTheReason() {
    assertThatThrownBy(() -> connections.require(new ClientTls("nothing", "of", "use")))
        .isInstanceOf(UnusableCertificates.class)
        .hasMessageContaining("valid certificates");
  }

  private Status.Code answer(int port) {
    MemberAddress address = new MemberAddress("127.0.0.1", port, "member");
    return catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                MaintenanceGrpc.newBlockingStub(connections.to(address, null))
                    .status(StatusRequest.getDefaultInstance()))
        .getStatus()
        .getCode();
  }

  @Test
  void aMemberThatStartedIsReachedByTheNextCall() throws IOException {
    InetSocketAddress address;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = (InetSocketAddress) free.getLocalSocketAddress();
    }
    for (int refused = 0; refused < 5; refused++) {
      assertThat(answer(address.getPort())).isEqualTo(Status.Code.UNAVAILABLE);
    }
    Server server = NettyServerBuilder.forAddress(address).build().start();
    try {
      assertThat(answer(address.getPort()))
          .as("the answer of a server that knows no service")
          .isEqualTo(Status.Code.UNIMPLEMENTED);
    } finally {
      server.shutdownNow();
    }
  }
}
