package dev.keelson.server.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;

/** The server under test and the foreign programs the tests talk to it with. */
final class Servers {
  private static final String PROGRAM = System.getProperty("it.program", "keelson");

  private Servers() {}

  static ServerProgram program() {
    return (testsEtcd() ? ServerProgram.etcd() : ServerProgram.keelson())
        .orElseThrow(() -> new IllegalStateException(PROGRAM + " was not found"));
  }

  static ServerProcess start(String... flags) throws InterruptedException {
    return ServerProcess.started(program(), flags);
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
