package dev.keelson.sim.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * TCP ports of the loopback interface that stay free until they are bound, and while who has them
 * is down for a while.
 *
 * <p>They lie below the range from which the kernel picks ports for outgoing connections, so no
 * connection takes one by chance. Of other processes that use this class they are kept apart by
 * blocks: this process holds the first port of each block it gives ports from.
 */
public final class FreePorts {
  private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int LOWEST = 20_000;
  private static final int OUTGOING_USUALLY = 32_768;
  private static final int BLOCK = 64;
  private static final int TRIED_MAX = 1 << 16;

  /** On the first ports of the blocks that are ours, for as long as this process runs. */
  private static final List<ServerSocket> CLAIMS = new ArrayList<>();

  /** Ports of our blocks that were not given out yet. */
  private static final Deque<Integer> FRESH = new ArrayDeque<>();

  private FreePorts() {}

  /**
   * Different ports that nobody listens on. None is given out twice before there are no others.
   *
   * @param count how many
   * @throws IllegalStateException when there are not so many
   */
  public static synchronized List<Integer> find(int count) {
    List<Integer> ports = new ArrayList<>();
    for (int tried = 0; ports.size() < count; tried++) {
      if (FRESH.isEmpty()) {
        claimBlock();
      }
      if (FRESH.isEmpty() || tried > TRIED_MAX) {
        throw new IllegalStateException("no free ports from " + LOWEST + " on");
      }
      int port = FRESH.remove();
      if (!ports.contains(port) && isFree(port)) {
        ports.add(port);
      }
    }
    return ports;
  }

  /** Gets another block; if there is none, the ports of ours go round once more. */
  private static void claimBlock() {
    int blocks = (end() - LOWEST) / BLOCK;
    int first = ThreadLocalRandom.current().nextInt(blocks);
    for (int i = 0; i < blocks; i++) {
      int port = LOWEST + (first + i) % blocks * BLOCK;
      ServerSocket claim = bind(port);
      if (claim != null) {
        CLAIMS.add(claim);
        addPortsOf(claim);
        return;
      }
    }
    CLAIMS.forEach(FreePorts::addPortsOf);
  }

  private static void addPortsOf(ServerSocket claim) {
    for (int i = 1; i < BLOCK; i++) {
      FRESH.add(claim.getLocalPort() + i);
    }
  }

  /** Where outgoing ports begin; where they begin so low that nothing is left, we must share. */
  private static int end() {
    try {
      String[] range = Files.readString(OUTGOING).strip().split("\\s+", -1);
      int lowest = Integer.parseInt(range[0]);
      return lowest > LOWEST + BLOCK ? lowest : OUTGOING_USUALLY;
    } catch (IOException | NumberFormatException e) {
      return OUTGOING_USUALLY; // another system
    }
  }

  private static @Nullable ServerSocket bind(int port) {
    try {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    } catch (IOException taken) {
      return null;
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = bind(port)) {
      return probe != null;
    } catch (IOException e) {
      return false; // it cannot even be let go
    }
  }
}
