package dev.keelson.sim.rounds;

import dev.keelson.sim.net.Conditions;
import dev.keelson.sim.net.Conditions.Direction;
import dev.keelson.sim.net.TcpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The network between members, as proxies in front of their peer ports. Who connects is found out
 * by the port a connection comes from, so that every pair of members has conditions of its own, and
 * each direction of it.
 */
final class PeerNet implements AutoCloseable {
  private final int members;
  private final List<TcpProxy> proxies = new ArrayList<>();

  /** Of the connections that one member makes to another: [from][to], counted from 0. */
  private final Conditions[][] links;

  /** Which direction of which pair loses what it carries: [from][to]. */
  private final boolean[][] lost;

  PeerNet(int members, long seed) {
    this.members = members;
    links = new Conditions[members][members];
    lost = new boolean[members][members];
    for (int from = 0; from < members; from++) {
      for (int to = 0; to < members; to++) {
        links[from][to] = new Conditions(seed * 31 + (long) from * members + to);
      }
    }
  }

  /**
   * Puts a proxy in front of the next member.
   *
   * @param peerPort where the member listens
   * @param source tells the member, from 1, that connects from a port; 0 for nobody
   */
  int add(int peerPort, IntUnaryOperator source) throws IOException {
    int to = proxies.size();
    TcpProxy proxy =
        new TcpProxy(
            0,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), peerPort),
            port -> conditions(source.applyAsInt(port), to));
    proxies.add(proxy);
    return proxy.port();
  }

  private @Nullable Conditions conditions(int source, int to) {
    return source == 0 ? null : links[source - 1][to];
  }

  /** Where others reach a member, from 1. */
  int port(int member) {
    return proxies.get(member - 1).port();
  }

  /** Nothing passes between a member and all others. */
  void isolate(int member) {
    loseTo(member);
    loseFrom(member);
  }

  /** Nothing reaches a member. */
  void loseTo(int member) {
    for (int other = 0; other < members; other++) {
      lost[other][member - 1] = true;
    }
    apply();
  }

  /** Nothing of a member arrives. */
  void loseFrom(int member) {
    for (int other = 0; other < members; other++) {
      lost[member - 1][other] = true;
    }
    apply();
  }

  /** All connections are slow and break again and again. */
  void spoil(long delayMillis, double flakiness) {
    for (Conditions[] row : links) {
      for (Conditions link : row) {
        link.delay(delayMillis);
        link.flaky(flakiness);
      }
    }
  }

  /** All is well again. */
  void heal() {
    for (boolean[] row : lost) {
      Arrays.fill(row, false);
    }
    apply();
    spoil(0, 0);
  }

  private void apply() {
    for (int from = 0; from < members; from++) {
      for (int to = 0; to < members; to++) {
        Set<Direction> directions = EnumSet.noneOf(Direction.class);
        if (lost[from][to]) {
          directions.add(Direction.TO_TARGET);
        }
        if (lost[to][from]) {
          directions.add(Direction.FROM_TARGET);
        }
        links[from][to].lose(directions);
      }
    }
  }

  @Override
  public void close() {
    proxies.forEach(TcpProxy::close);
  }
}
