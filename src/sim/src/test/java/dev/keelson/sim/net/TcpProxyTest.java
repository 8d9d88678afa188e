package dev.keelson.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.net.Conditions.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpProxyTest {
  private final Conditions conditions = new Conditions(1);
  private ServerSocket target;
  private TcpProxy proxy;
  private Socket client;
  private Socket server;

  @BeforeEach
  void connect() throws IOException {
    target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    proxy =
        new TcpProxy(
            0,
            new InetSocketAddress(target.getInetAddress(), target.getLocalPort()),
            port -> port == client.getLocalPort() ? conditions : null);
    client = new Socket();
    client.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port()));
    server = target.accept();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
    proxy.close();
    target.close();
  }

  private static void passes(Socket from, Socket to, int value) throws IOException {
    from.getOutputStream().write(value);
    assertThat(to.getInputStream().read()).isEqualTo(value);
  }

  @Test
  void bothDirectionsPass() throws IOException {
    passes(client, server, 1);
    passes(server, client, 2);
    assertThat(conditions.passedBytes()).isEqualTo(2);
  }

  @Test
  void oneDirectionIsLostWhileTheOtherPasses() throws IOException {
    conditions.lose(Set.of(Direction.TO_TARGET));
    client.getOutputStream().write(1);
    passes(server, client, 2);
    passes(server, client, 3);
    assertThat(conditions.passedBytes()).isEqualTo(2);
  }

  @Test
  void whoIsNotKnownIsNotLetIn() throws IOException {
    try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
    }
  }
}
