package dev.keelson.server.listen;

import io.netty.channel.Channel;
import java.util.Iterator;
import java.util.LinkedHashSet;

/**
 * The connections that have not said yet what they speak, TLS handshakes under way among them. When
 * there are too many, the oldest is closed: a client that means to talk is through in milliseconds,
 * so a flood of half-open connections crowds out itself and not the newest client.
 *
 * <p>Shared by all listeners; any thread may call.
 */
public final class Newcomers {

  /** A handshake under way costs some 50 KiB, so this many cost 100 MiB at worst. */
  private static final int MAX = 2048;

  private final int max;
  private final LinkedHashSet<Channel> channels = new LinkedHashSet<>();

  /** Creates an empty set with the usual bound. */
  public Newcomers() {
    this(MAX);
  }

  Newcomers(int max) {
    this.max = max;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a close that fails leaves nothing to do
  void add(Channel channel) {
    Channel oldest = null;
    synchronized (channels) {
      if (channels.size() >= max) {
        Iterator<Channel> all = channels.iterator();
        oldest = all.next();
        all.remove();
      }
      channels.add(channel);
    }
    if (oldest != null) {
      oldest.close();
    }
  }

  void remove(Channel channel) {
    synchronized (channels) {
      channels.remove(channel);
    }
  }

  int size() {
    synchronized (channels) {
      return channels.size();
    }
  }
}
