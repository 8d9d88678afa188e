package dev.keelson.server.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The server under test and the foreign programs the tests talk to it with. */
final class Servers {
  private static final String PROGRAM = System.getProperty("it.program", "keelson");

  /** How long a member may take to start. */
  static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private Servers() {}

  static ServerProgram program() {
    return (testsEtcd() ? ServerProgram.etcd() : ServerProgram.keelson())
        .orElseThrow(() -> new IllegalStateException(PROGRAM + " was not found"));
  }

  static ServerProcess start(String... flags) throws InterruptedException {
    return ServerProcess.started(program(), flags);
  }

  /** A member whose clients have one URL, started and ready for them. */
  static ServerProcess startAt(String url, List<String> more) {
    List<String> flags =
        new ArrayList<>(List.of("--listen-client-urls=" + url, "--advertise-client-urls=" + url));
    flags.addAll(more);
    ServerProcess server = new ServerProcess(program(), flags);
    server.launch();
    long end = System.nanoTime() + START_TIMEOUT.toNanos();
    String ready =
        url.startsWith("https")
            ? "serving client traffic securely"
            : "serving client traffic insecurely";
    while (!server.logText().contains(ready)) {
      if (!server.isAlive() || System.nanoTime() > end) {
        String log = server.logText();
        server.close();
        throw new AssertionError("the server does not serve: " + log);
      }
      Thread.onSpinWait();
    }
    return server;
  }

  /** A port of this machine that nobody listened on a moment ago. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  static ManagedChannel connect(ServerProcess server) {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.clientPort())
        .usePlaintext()
        .maxInboundMessageSize(Integer.MAX_VALUE)
        .build();
  }

  /** Skips a test of something that Keelson promises and etcd does not. */
  static void assumeKeelson(String promise) {
    assumeTrue(!testsEtcd(), "etcd does not promise: " + promise);
  }

  /** One of etcd's programs; skips the test when this machine has none. */
  static Path etcdTool(String tool) {
    var found = ServerProgram.etcdTool(tool);
    assumeTrue(
        found.isPresent(),
        () ->
            tool
                + " is missing (KEELSON_ETCD_BIN, PATH, ~/.cache/keelson/etcd/bin); see .ci/get-etcd");
    return found.orElseThrow();
  }

  private static boolean testsEtcd() {
    return PROGRAM.equals("etcd");
  }
}
