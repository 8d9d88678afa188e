package dev.keelson.server.listen;

import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections that listeners relay, by the loopback port each relay connects from. The
 * HTTP server serves only these: a local process that finds its port is turned away, so that the
 * listeners' checks (certificates) cannot be walked around.
 */
public final class RelayedConnections {

  /**
   * One relayed connection.
   *
   * @param surface what its listener offers
   * @param client the address of the real client
   * @param encrypted whether the client reached the listener over TLS
   */
  public record Relayed(Surface surface, SocketAddress client, boolean encrypted) {}

  private final ConcurrentHashMap<Integer, Relayed> byLoopbackPort = new ConcurrentHashMap<>();

  void add(int loopbackPort, Relayed relayed) {
    byLoopbackPort.put(loopbackPort, relayed);
  }

  void remove(int loopbackPort) {
    byLoopbackPort.remove(loopbackPort);
  }

  /** The connection that comes from this loopback port; null when it is not a relay's. */
  public @Nullable Relayed find(int loopbackPort) {
    return byLoopbackPort.get(loopbackPort);
  }
}
