package dev.keelson.sim.net;

import dev.keelson.sim.net.Conditions.Direction;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Stands between two ends of TCP connections and lets them feel their {@link Conditions}. */
public final class TcpProxy implements Closeable {
  private static final int BUFFER_BYTES = 16 << 10;

  private final ServerSocket server;
  private final InetSocketAddress target;
  private final IntFunction<@Nullable Conditions> conditions;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();

  /**
   * Listens on a port of the loopback interface.
   *
   * @param port 0 for any
   * @param conditions those of all connections
   */
  public TcpProxy(int port, InetSocketAddress target, Conditions conditions) throws IOException {
    this(port, target, _ -> conditions);
  }

  /**
   * Listens on a port of the loopback interface.
   *
   * @param port 0 for any
   * @param conditions those of a connection from a port; none, and it is closed. May block.
   */
  public TcpProxy(int port, InetSocketAddress target, IntFunction<@Nullable Conditions> conditions)
      throws IOException {
    this.target = target;
    this.conditions = conditions;
    server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy-accept").start(this::accept);
  }

  /** The port to connect to. */
  public int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        Thread.ofVirtual().name("proxy-link").start(() -> begin(client));
      } catch (IOException e) {
        // this connection, or the end: the next one shows which
      }
    }
  }

  private void begin(Socket client) {
    Conditions found = conditions.apply(client.getPort());
    if (found == null || found.refusing()) {
      closeQuietly(client);
    } else {
      new Connection(client, found).run();
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // closed is what it should be
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      connections.forEach(Connection::close);
    }
  }

  /** One connection. */
  private final class Connection implements Conditions.Link {
    private final Socket client;
    private final Socket remote = new Socket();
    private final Conditions felt;
    private volatile boolean swallowed;

    Connection(Socket client, Conditions felt) {
      this.client = client;
      this.felt = felt;
    }

    void run() {
      connections.add(this);
      felt.opened(this);
      try {
        remote.connect(target);
        client.setTcpNoDelay(true);
        remote.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> copy(client, remote, Direction.TO_TARGET));
        copy(remote, client, Direction.FROM_TARGET);
      } catch (IOException e) {
        close();
      }
    }

    private void copy(Socket from, Socket to, Direction direction) {
      byte[] buffer = new byte[BUFFER_BYTES];
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        boolean gap = false;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          felt.await(read);
          if (felt.loses(direction)) {
            gap = true;
            swallowed = true;
          } else if (gap) {
            throw new IOException("what follows lost bytes makes no sense");
          } else {
            pass(buffer, read, out);
          }
        }
      } catch (IOException e) {
        // one side has gone: so does the other
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        close();
      }
    }

    private void pass(byte[] buffer, int length, OutputStream out) throws IOException {
      if (felt.breaks()) {
        throw new IOException("flaky");
      }
      felt.pass(buffer, length);
      out.write(buffer, 0, length);
    }

    @Override
    public boolean swallowed() {
      return swallowed;
    }

    @Override
    public void close() {
      connections.remove(this);
      felt.closed(this);
      closeQuietly(client);
      closeQuietly(remote);
    }
  }
}
