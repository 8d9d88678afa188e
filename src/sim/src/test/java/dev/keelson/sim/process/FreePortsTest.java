package dev.keelson.sim.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreePortsTest {
  @Test
  void noneIsGivenTwice() {
    List<Integer> ports = FreePorts.find(100);
    ports.addAll(FreePorts.find(100));
    assertThat(ports).doesNotHaveDuplicates().hasSize(200);
  }

  @Test
  void canBeListenedOn() throws IOException {
    int port = FreePorts.find(1).getFirst();
    try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(server.getLocalPort()).isEqualTo(port);
    }
  }

  @Test
  void areNotThoseOfOutgoingConnections() throws IOException {
    int port = FreePorts.find(1).getFirst();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket outgoing = new Socket(server.getInetAddress(), server.getLocalPort())) {
      assertThat(outgoing.getLocalPort()).isGreaterThan(port);
    }
  }
}
