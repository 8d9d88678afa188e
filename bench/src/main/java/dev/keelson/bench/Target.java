package dev.keelson.bench;

import dev.keelson.bench.host.ListeningProcess;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A server that is measured.
 *
 * @param name in tables and results
 * @param address where clients connect
 * @param pid its process; empty when it is not of this machine
 */
record Target(String name, InetSocketAddress address, OptionalLong pid) {
  private static final Duration START_LIMIT = Duration.ofMinutes(5);
  private static final int RETRY_MILLIS = 2;

  /**
   * A server that runs already.
   *
   * @param pid its process, or null to look for the one that listens on the port
   */
  static Target running(String name, String hostAndPort, @Nullable Long pid) throws IOException {
    int colon = hostAndPort.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("not host:port: " + hostAndPort);
    }
    int port = Integer.parseInt(hostAndPort.substring(colon + 1));
    InetSocketAddress address = new InetSocketAddress(hostAndPort.substring(0, colon), port);
    if (pid != null) {
      return new Target(name, address, OptionalLong.of(pid));
    }
    boolean local = address.getAddress() != null && address.getAddress().isLoopbackAddress();
    return new Target(name, address, local ? ListeningProcess.find(port) : OptionalLong.empty());
  }

  /**
   * Starts a server and waits until it answers a read.
   *
   * @throws IOException when it ends, or does not answer for five minutes (a launcher may build
   *     first)
   */
  static Target start(String name, ServerProcess server) throws IOException, InterruptedException {
    server.start();
    long begin = System.nanoTime();
    while (!DataSet.answers(server.address())) {
      if (!server.isAlive() || System.nanoTime() - begin > START_LIMIT.toNanos()) {
        throw new IOException(name + " does not serve; see " + server.keepLog());
      }
      Thread.sleep(RETRY_MILLIS);
    }
    return new Target(name, server.address(), ListeningProcess.find(server.address().getPort()));
  }
}
