package dev.keelson.bench.host;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Free local ports. */
final class Ports {
  private Ports() {}

  /** A port on 127.0.0.1 that was free a moment ago. */
  static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }
}
