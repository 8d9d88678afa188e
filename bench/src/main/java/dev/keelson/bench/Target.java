package dev.keelson.bench;

import dev.keelson.bench.host.ListeningProcess;
import dev.keelson.bench.host.ProcessUsage;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A server that is measured, or the members of a cluster together.
 *
 * @param name in tables and results
 * @param addresses where clients connect: one for each member
 * @param pids the processes; empty when they are not all of this machine
 */
record Target(String name, List<InetSocketAddress> addresses, List<Long> pids) {
  private static final Duration START_LIMIT = Duration.ofMinutes(5);
  private static final int RETRY_MILLIS = 2;
  private static final Duration REST_LIMIT = Duration.ofMinutes(2);
  private static final Duration REST_WINDOW = Duration.ofSeconds(2);
  private static final double RESTING_CORES = 0.1;

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
      return new Target(name, List.of(address), List.of(pid));
    }
    boolean local = address.getAddress() != null && address.getAddress().isLoopbackAddress();
    OptionalLong found = local ? ListeningProcess.find(port) : OptionalLong.empty();
    return new Target(
        name, List.of(address), found.isPresent() ? List.of(found.getAsLong()) : List.of());
  }

  /**
   * Starts servers and waits until each of them answers a linearizable read.
   *
   * @throws IOException when one ends, or does not answer for five minutes (a launcher may build
   *     first)
   */
  static Target start(String name, List<ServerProcess> servers)
      throws IOException, InterruptedException {
    for (ServerProcess server : servers) {
      server.start();
    }
    for (ServerProcess server : servers) {
      awaitAnswer(name, server);
    }
    return started(name, servers);
  }

  /** The same for one server. */
  static Target start(String name, ServerProcess server) throws IOException, InterruptedException {
    return start(name, List.of(server));
  }

  /** Servers that have been started and serve. */
  static Target started(String name, List<ServerProcess> servers) throws IOException {
    List<Long> pids = new ArrayList<>();
    for (ServerProcess server : servers) {
      OptionalLong pid = ListeningProcess.find(server.address().getPort());
      pids.add(pid.orElseThrow(() -> new IOException("no process found for " + name)));
    }
    return new Target(name, servers.stream().map(ServerProcess::address).toList(), pids);
  }

  /** Waits until a started server answers a linearizable read; see {@link #start}. */
  static void awaitAnswer(String name, ServerProcess server)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    while (!DataSet.answers(server.address())) {
      if (!server.isAlive() || System.nanoTime() - begin > START_LIMIT.toNanos()) {
        throw new IOException(name + " does not serve; see " + server.keepLog());
      }
      Thread.sleep(RETRY_MILLIS);
    }
  }

  /** Processor time of all its processes so far, in seconds; NaN when they are unknown. */
  double cpuSeconds() throws IOException {
    double sum = pids.isEmpty() ? Double.NaN : 0;
    for (long pid : pids) {
      sum += ProcessUsage.cpuSeconds(pid);
    }
    return sum;
  }

  /**
   * Waits until what was left to do after much was written (merging files, garbage) is done, as far
   * as that can be seen from outside.
   */
  void awaitRest() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    double before = cpuSeconds();
    while (System.nanoTime() - begin < REST_LIMIT.toNanos()) {
      Thread.sleep(REST_WINDOW);
      double now = cpuSeconds();
      if (now - before < RESTING_CORES * REST_WINDOW.toSeconds()) {
        return;
      }
      before = now;
    }
  }

  /** Resident memory of all its processes, in bytes; 0 when they are unknown. */
  long residentBytes() throws IOException {
    long sum = 0;
    for (long pid : pids) {
      sum += ProcessUsage.residentBytes(pid);
    }
    return sum;
  }

  /** The part of it that is not backed by files, in bytes. */
  long anonymousBytes() throws IOException {
    long sum = 0;
    for (long pid : pids) {
      sum += ProcessUsage.anonymousBytes(pid);
    }
    return sum;
  }
}
