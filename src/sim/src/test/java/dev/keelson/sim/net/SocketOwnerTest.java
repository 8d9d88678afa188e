package dev.keelson.sim.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketOwnerTest {
  @Test
  void thisProcessHoldsItsOwnConnection() throws IOException {
    assumeTrue(SocketOwner.available(), "/proc/net/tcp is Linux'");
    long self = ProcessHandle.current().pid();
    long other = 1;
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
      assertThat(
              SocketOwner.find(client.getLocalPort(), server.getLocalPort(), List.of(other, self)))
          .hasValue(self);
      assertThat(SocketOwner.find(client.getLocalPort(), 1, List.of(self))).isEmpty();
      assertThat(SocketOwner.find(client.getLocalPort(), server.getLocalPort(), List.of()))
          .isEmpty();
    }
  }
}
