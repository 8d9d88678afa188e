package dev.keelson.server.listen;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP connections that listeners relay, by the loopback port each relay connects from. The
 * HTTP server serves only these: a local process that finds its port is turned away, so that the
 * listeners' checks (certificates) cannot be walked around.
 *
 * <p>Their number is bounded: one too many closes the one that has been silent the longest.
 */
public final class RelayedConnections {

  /** Each costs three sockets and its buffers. */
  private static final int MAX = 2048;

  /**
   * One relayed connection.
   *
   * @param surface what its listener offers
   * @param client the address of the real client
   * @param encrypted whether the client reached the listener over TLS
   * @param commonName that of the client's verified certificate; empty when there is none
   */
  public record Relayed(
      Surface surface, SocketAddress client, boolean encrypted, String commonName) {}

  /** A connection and when a byte last passed on it. */
  static final class Entry {
    private final Relayed relayed;
    private final Channel channel;
    private volatile long lastByteNanos = System.nanoTime();

    Entry(Relayed relayed, Channel channel) {
      this.relayed = relayed;
      this.channel = channel;
    }

    void touch() {
      lastByteNanos = System.nanoTime();
    }
  }

  private final int max;
  private final ConcurrentHashMap<Integer, Entry> byLoopbackPort = new ConcurrentHashMap<>();

  /** Creates an empty set with the usual bound. */
  public RelayedConnections() {
    this(MAX);
  }

  RelayedConnections(int max) {
    this.max = max;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
  void add(int loopbackPort, Entry entry) {
    if (byLoopbackPort.size() >= max) {
      Entry silent = longestSilent();
      if (silent != null) {
        silent.channel.close();
      }
    }
    byLoopbackPort.put(loopbackPort, entry);
  }

  private @Nullable Entry longestSilent() {
    long now = System.nanoTime();
    Entry longest = null;
    for (Entry entry : byLoopbackPort.values()) {
      if (longest == null || now - entry.lastByteNanos > now - longest.lastByteNanos) {
        longest = entry;
      }
    }
    return longest;
  }

  void remove(int loopbackPort, Entry entry) {
    byLoopbackPort.remove(loopbackPort, entry);
  }

  /** The connection that comes from this loopback port; null when it is not a relay's. */
  public @Nullable Relayed find(int loopbackPort) {
    Entry entry = byLoopbackPort.get(loopbackPort);
    return entry == null ? null : entry.relayed;
  }
}
