package dev.keelson.server.listen;

import io.netty.channel.Channel;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Reports connections that were turned away at the TLS handshake, in etcd's words. A flood of them
 * is reported by a bounded number of lines, of which one tells how many were left out.
 */
final class Rejections {

  private static final Logger log = LoggerFactory.getLogger(Rejections.class);

  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int LINES_PER_WINDOW = 20;
  private static final int MAX_CAUSES = 8;

  private final String endpoint;
  private final LongSupplier nanoTime;
  private long windowStart;
  private int lines;
  private long leftOut;

  /**
   * Creates a reporter.
   *
   * @param endpoint {@code client} or {@code metrics}
   */
  Rejections(String endpoint) {
    this(endpoint, System::nanoTime);
  }

  Rejections(String endpoint, LongSupplier nanoTime) {
    this.endpoint = endpoint;
    this.nanoTime = nanoTime;
    this.windowStart = nanoTime.getAsLong();
  }

  void handshakeFailed(Channel channel, SSLEngine engine, Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      // the other side left; a probe for an open port does that all day
      log.atDebug()
          .addKeyValue("remote-addr", remote(channel))
          .log("connection closed during the handshake");
      return;
    }
    report(channel, serverName(engine), reason(cause));
  }

  void report(Channel channel, String serverName, String error) {
    long before = admit();
    if (before < 0) {
      return;
    }
    LoggingEventBuilder line =
        log.atWarn()
            .addKeyValue("remote-addr", remote(channel))
            .addKeyValue("server-name", serverName)
            .addKeyValue("error", error);
    (before == 0 ? line : line.addKeyValue("not-shown-before", before))
        .log("rejected connection on " + endpoint + " endpoint");
  }

  /** How many went unreported since the last line; negative when this one has to as well. */
  private synchronized long admit() {
    long now = nanoTime.getAsLong();
    if (now - windowStart >= WINDOW_NANOS) {
      windowStart = now;
      lines = 0;
    }
    if (lines >= LINES_PER_WINDOW) {
      leftOut++;
      return -1;
    }
    lines++;
    long before = leftOut;
    leftOut = 0;
    return before;
  }

  private static String remote(Channel channel) {
    return channel.remoteAddress() == null ? "" : SocketAddresses.text(channel.remoteAddress());
  }

  /** The deepest cause says what went wrong; where Go has a well-known text for it, that one. */
  private static String reason(Throwable cause) {
    Throwable deepest = cause;
    for (int i = 0; i < MAX_CAUSES && deepest.getCause() != null; i++) {
      deepest = deepest.getCause();
    }
    String text = String.valueOf(deepest.getMessage());
    if (deepest instanceof CertificateExpiredException
        || deepest instanceof CertificateNotYetValidException) {
      return "x509: certificate has expired or is not yet valid: " + text;
    }
    if (deepest instanceof CertPathBuilderException) {
      return "x509: certificate signed by unknown authority";
    }
    if (text.contains("Empty client certificate chain")) {
      return "tls: client didn't provide a certificate";
    }
    return deepest.getMessage() == null ? deepest.toString() : text;
  }

  private static String serverName(SSLEngine engine) {
    @Nullable SSLSession session = engine.getHandshakeSession();
    if (session instanceof ExtendedSSLSession extended) {
      List<SNIServerName> names = extended.getRequestedServerNames();
      if (!names.isEmpty() && names.getFirst() instanceof SNIHostName host) {
        return host.getAsciiName();
      }
    }
    return "";
  }
}
