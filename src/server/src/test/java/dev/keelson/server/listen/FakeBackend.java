package dev.keelson.server.listen;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A tiny HTTP/1 server: answers each request with its path; {@code /flood} writes a fixed large
 * body and counts what the socket took.
 */
final class FakeBackend implements AutoCloseable {

  static final long FLOOD_BYTES = 96L << 20;

  final RelayedConnections connections = new RelayedConnections();
  final List<RelayedConnections.Relayed> seen = new CopyOnWriteArrayList<>();
  final AtomicLong flooded = new AtomicLong();
  final CountDownLatch firstConnectionClosed = new CountDownLatch(1);
  private final ServerSocket server;

  FakeBackend() throws IOException {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  HttpBackend backend() {
    return new HttpBackend((InetSocketAddress) server.getLocalSocketAddress(), connections);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed by the test
      }
    }
  }

  private void serve(Socket socket) {
    try (socket;
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        OutputStream out = socket.getOutputStream()) {
      for (String path = request(in); path != null; path = request(in)) {
        RelayedConnections.Relayed relayed = connections.find(socket.getPort());
        if (relayed != null) {
          seen.add(relayed);
        }
        if (path.equals("/flood")) {
          flood(out);
        } else {
          String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path;
          out.write(answer.getBytes(StandardCharsets.US_ASCII));
        }
        if (path.equals("/bye")) {
          return;
        }
      }
    } catch (IOException e) {
      // the peer went away, which tests provoke
    } finally {
      firstConnectionClosed.countDown();
    }
  }

  private static @Nullable String request(BufferedReader in) throws IOException {
    String line = in.readLine();
    if (line == null) {
      return null;
    }
    String path = line.substring(line.indexOf(' ') + 1, line.lastIndexOf(' '));
    while (line != null && !line.isEmpty()) {
      line = in.readLine();
    }
    return path;
  }

  private void flood(OutputStream out) throws IOException {
    byte[] chunk = new byte[1 << 16];
    for (long sent = 0; sent < FLOOD_BYTES; sent += chunk.length) {
      out.write(chunk);
      flooded.addAndGet(chunk.length);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
