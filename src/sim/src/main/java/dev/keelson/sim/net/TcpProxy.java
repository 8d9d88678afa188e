package dev.keelson.sim.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between two ends of TCP connections and spoils them: by delay, loss of a direction,
 * refusal, or damage. Loss means that bytes are swallowed while the connection stays open, as with
 * a dropped cable; what was swallowed is gone for good, so the connection is closed when the
 * direction comes back.
 *
 * <p>All switches can be turned at any time and hold for present and future connections.
 */
public final class TcpProxy implements Closeable {
  private static final int BUFFER_BYTES = 16 << 10;

  /** Which way bytes go. */
  public enum Direction {
    /** From whoever connected to the proxy. */
    TO_TARGET,
    /** Answers. */
    FROM_TARGET
  }

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Random random;
  private final AtomicLong passed = new AtomicLong();
  private volatile boolean refusing;
  private volatile Set<Direction> lost = Set.of();
  private volatile long delayMillis;
  private volatile double flakiness;
  private volatile long damageAt = -1;
  private volatile long bytesPerSecond;

  /**
   * Listens on a port of the loopback interface.
   *
   * @param port 0 for any
   * @param seed of what is left to chance
   */
  public TcpProxy(int port, InetSocketAddress target, long seed) throws IOException {
    this.target = target;
    random = new Random(seed);
    server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy-accept").start(this::accept);
  }

  /** The port to connect to. */
  public int port() {
    return server.getLocalPort();
  }

  /** Bytes passed on so far, both ways. */
  public long passedBytes() {
    return passed.get();
  }

  /** Closes all connections, as a process that dies does. */
  public void cut() {
    links.forEach(Link::close);
  }

  /** Closes new connections at once. */
  public void refuse(boolean on) {
    refusing = on;
  }

  /** Swallows the bytes of these directions; none of them for an end of it. */
  public void lose(Set<Direction> directions) {
    lost = Set.copyOf(directions);
    links.forEach(link -> link.directionsChanged(lost));
  }

  /** Holds each piece of data back for so long. */
  public void delay(long millis) {
    delayMillis = millis;
  }

  /** Cuts a connection with this probability at each piece of data. */
  public void flaky(double probability) {
    flakiness = probability;
  }

  /** Passes at most so many bytes per second and connection; 0 for no limit. */
  public void limit(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  /** Flips one bit when so many bytes more have passed. */
  public void damageAfter(long bytes) {
    damageAt = passed.get() + bytes;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (refusing) {
          client.close();
        } else {
          new Link(client).start();
        }
      } catch (IOException e) {
        // this connection, or the end: the next one shows which
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      cut();
    }
  }

  /** One connection. */
  private final class Link {
    private final Socket client;
    private final Socket remote = new Socket();
    private volatile boolean swallowed;

    Link(Socket client) {
      this.client = client;
    }

    void start() {
      links.add(this);
      Thread.ofVirtual()
          .name("proxy-link")
          .start(
              () -> {
                try {
                  remote.connect(target);
                  client.setTcpNoDelay(true);
                  remote.setTcpNoDelay(true);
                  Thread.ofVirtual().start(() -> copy(client, remote, Direction.TO_TARGET));
                  copy(remote, client, Direction.FROM_TARGET);
                } catch (IOException e) {
                  close();
                }
              });
    }

    private void copy(Socket from, Socket to, Direction direction) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          pass(buffer, read, out, direction);
        }
      } catch (IOException e) {
        // one side has gone: so does the other
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        close();
      }
    }

    private void pass(byte[] buffer, int length, OutputStream out, Direction direction)
        throws IOException, InterruptedException {
      if (delayMillis > 0) {
        Thread.sleep(delayMillis);
      }
      long limit = bytesPerSecond;
      if (limit > 0) {
        Thread.sleep(1000L * length / limit);
      }
      if (lost.contains(direction)) {
        swallowed = true;
        return;
      }
      if (flakiness > 0 && chance() < flakiness) {
        throw new IOException("flaky");
      }
      long before = passed.getAndAdd(length);
      long at = damageAt;
      if (at >= before && at < before + length) {
        damageAt = -1;
        buffer[(int) (at - before)] ^= 0x10;
      }
      out.write(buffer, 0, length);
    }

    private double chance() {
      synchronized (random) {
        return random.nextDouble();
      }
    }

    void directionsChanged(Set<Direction> now) {
      if (swallowed && now.isEmpty()) {
        close();
      }
    }

    void close() {
      links.remove(this);
      try {
        client.close();
        remote.close();
      } catch (IOException e) {
        // closed is what it should be
      }
    }
  }
}
