package dev.keelson.server.listen;

import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.tls.TlsContexts;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** TLS for tests that are not about certificates. */
final class TlsFiles {

  private TlsFiles() {}

  /** The client side's contexts with {@code server.pem} and {@code server.key} of a folder. */
  static TlsContexts load(Path folder) {
    TlsContexts tls =
        new TlsContexts(
            ConfigurationLoader.load(
                CommandLine.parse(
                    "--listen-client-urls=https://127.0.0.1:1",
                    "--advertise-client-urls=https://127.0.0.1:1",
                    "--cert-file=" + folder.resolve("server.pem"),
                    "--key-file=" + folder.resolve("server.key")),
                Map.of()));
    tls.load();
    return tls;
  }

  /** A connection whose handshake is done. */
  static Socket connect(int port) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, InsecureTrustManagerFactory.INSTANCE.getTrustManagers(), null);
      SSLSocket socket =
          (SSLSocket)
              context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout(20_000);
      socket.startHandshake();
      return socket;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
