package dev.keelson.server.tls;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.SecurityOptions;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import dev.keelson.server.member.StartException;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of this process: one context for each port and one for connecting to peers. They live as
 * long as the process; certificates, keys, authorities and revocation lists are taken from their
 * files at each handshake.
 *
 * <p>Make handlers with {@link #accepting} and {@link #dialing}: they do the work of a handshake
 * off the event loop and tell the checks who is at the other end.
 *
 * <p>Sessions are not resumed on ports that ask for certificates: a resumed session would not be
 * checked again, and a certificate revoked meanwhile would still get in.
 */
public final class TlsContexts {

  /** How long a handshake may take, as an answer to half-open ones. */
  public static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  private static final List<String> VERSIONS = List.of("TLS1.2", "TLS1.3");

  /** Threads for handshakes with peers: their checks may wait for DNS. */
  private static final int PEER_THREADS = 4;

  static {
    // Tickets cannot be withdrawn; sessions kept in memory can.
    System.setProperty("jdk.tls.server.enableSessionTicketExtension", "false");
  }

  private final Configuration configuration;
  private final InstantSource clock;
  private final Executor clientHandshakes =
      pool("tls-client", Runtime.getRuntime().availableProcessors());
  private final Executor peerHandshakes = pool("tls-peer", PEER_THREADS);
  private final NameLookups lookups = new NameLookups();

  /** Those to enable; empty for the usual ones. */
  private List<String> suites = List.of();

  private volatile @Nullable SslContext clientServer;
  private volatile @Nullable SslContext metricsServer;
  private volatile @Nullable SslContext peerServer;
  private volatile @Nullable SslContext peerClient;

  /** Prepares the contexts; nothing is read before {@link #load}. */
  public TlsContexts(Configuration configuration) {
    this(configuration, InstantSource.system());
  }

  TlsContexts(Configuration configuration, InstantSource clock) {
    this.configuration = configuration;
    this.clock = clock;
  }

  private static Executor pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory(name, true));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /**
   * Reads what the configuration names, and makes the certificates it asks for. The data directory
   * must exist.
   *
   * @throws StartException when a file is missing, damaged or does not fit, or when a cipher suite
   *     does not exist
   */
  public void load() {
    List<String> named = configuration.get(SecurityOptions.CIPHER_SUITES);
    if (!named.isEmpty()) {
      suites = CipherSuites.enabled(named); // without TLS too, so that no mistake waits for it
    }
    List<Url> clientUrls =
        Stream.of(
                ServingOptions.LISTEN_CLIENT_URLS,
                ServingOptions.LISTEN_CLIENT_HTTP_URLS,
                ServingOptions.LISTEN_METRICS_URLS)
            .flatMap(option -> configuration.get(option).stream())
            .toList();
    try {
      if (clientUrls.stream().anyMatch(Url::isSecure)) {
        TlsSide side = TlsSide.ofClients(configuration);
        if (side != null) {
          Files files = new Files(side);
          clientServer =
              server(
                  side, files, ApplicationProtocolNames.HTTP_1_1, ApplicationProtocolNames.HTTP_2);
          metricsServer = server(side, files, ApplicationProtocolNames.HTTP_1_1);
        }
      }
      TlsSide side = TlsSide.ofPeers(configuration);
      if (side != null) {
        Files files = new Files(side);
        peerServer =
            server(side, files, ApplicationProtocolNames.HTTP_1_1, ApplicationProtocolNames.HTTP_2);
        peerClient = client(side, files);
      }
    } catch (SSLException e) {
      throw new StartException("cannot set up TLS: " + e.getMessage(), Map.of());
    }
  }

  /**
   * For client ports: ALPN {@code http/1.1} and {@code h2}, in this order. Clients of gRPC offer
   * {@code h2} alone; whoever offers both, as curl and browsers do, wants HTTP, which is answered
   * in HTTP/1. Null when no client URL is https.
   */
  public @Nullable SslContext clientServer() {
    return clientServer;
  }

  /** For metrics ports, with the files of the client ports. Null when no client URL is https. */
  public @Nullable SslContext metricsServer() {
    return metricsServer;
  }

  /**
   * For the peer port, ALPN as on client ports. Its checks need the address of the other side: make
   * engines with it, as {@link #accepting} does. Null when no peer certificate is configured.
   */
  public @Nullable SslContext peerServer() {
    return peerServer;
  }

  /**
   * For connections to peers: presents the peer certificate and trusts the peer authorities. Null
   * when no peer certificate is configured.
   */
  public @Nullable SslContext peerClient() {
    return peerClient;
  }

  /** Makes handlers for the connections of a port; null without its context. */
  public @Nullable Function<Channel, SslHandler> accepting(@Nullable SslContext context) {
    return context == null ? null : channel -> accepting(context, channel);
  }

  /**
   * A handler for a connection that was accepted.
   *
   * @param context one of the three for servers
   * @param channel the connection; its remote address must be known
   */
  public SslHandler accepting(SslContext context, Channel channel) {
    SocketAddress remote = channel.remoteAddress();
    String host = null;
    int port = -1;
    if (remote instanceof InetSocketAddress inet) {
      host = inet.getAddress().getHostAddress();
      port = inet.getPort();
    }
    SslHandler handler = context.newHandler(channel.alloc(), host, port, handshakes(context));
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
    if (handler.engine().getNeedClientAuth()) {
      handler.handshakeFuture().addListener(done -> handler.engine().getSession().invalidate());
    }
    return handler;
  }

  /**
   * A handler for a connection to a peer.
   *
   * @param context {@link #peerClient}
   * @param channel the connection
   * @param host what the peer's URL names; the peer's certificate must be for it
   * @param port the port of the peer's URL
   */
  public SslHandler dialing(SslContext context, Channel channel, String host, int port) {
    SslHandler handler = context.newHandler(channel.alloc(), host, port, handshakes(context));
    handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT.toMillis());
    return handler;
  }

  private Executor handshakes(SslContext context) {
    return context == peerServer || context == peerClient ? peerHandshakes : clientHandshakes;
  }

  /** The files of one side, each read once at first and then whenever a handshake needs it. */
  private final class Files {

    final PairKeyManager keys;
    final Authorities authorities;
    final @Nullable Reloading<Set<BigInteger>> revoked;

    Files(TlsSide side) {
      Reloading<CertifiedKey> own =
          pair(side.name() + " certificate", side.certificateFile(), side.keyFile());
      boolean same =
          side.certificateFile().equals(side.outgoingCertificateFile())
              && side.keyFile().equals(side.outgoingKeyFile());
      keys =
          new PairKeyManager(
              own,
              same
                  ? own
                  : pair(
                      side.name() + " certificate for outgoing connections",
                      side.outgoingCertificateFile(),
                      side.outgoingKeyFile()));
      Path authority = side.authorityFile();
      Reloading<List<X509Certificate>> bundle =
          authority == null
              ? null
              : Reloading.load(
                  side.name() + " authorities",
                  List.of(authority),
                  contents -> List.copyOf(Pem.certificates(contents.getFirst())));
      authorities = new Authorities(bundle, clock);
      Path revocation = side.revocationFile();
      revoked =
          revocation == null
              ? null
              : Reloading.load(
                  side.name() + " revocation list",
                  List.of(revocation),
                  contents -> Pem.revokedSerials(contents.getFirst()));
    }

    private static Reloading<CertifiedKey> pair(String what, Path certificate, Path key) {
      return Reloading.load(
          what,
          List.of(certificate, key),
          contents -> Pem.keyPair(contents.getFirst(), contents.getLast()));
    }
  }

  private SslContext server(TlsSide side, Files files, String... protocols) throws SSLException {
    List<PeerCheck> checks = namesAndRevocation(side, files);
    if (side.checksAddress()) {
      checks.add(PeerChecks.cameFromOwnAddress(lookups));
    }
    SslContextBuilder builder =
        SslContextBuilder.forServer(files.keys)
            .trustManager(new CheckingTrustManager(files.authorities, checks))
            .clientAuth(side.requiresCertificate() ? ClientAuth.REQUIRE : ClientAuth.NONE);
    return common(builder.applicationProtocolConfig(alpn(protocols)));
  }

  private static ApplicationProtocolConfig alpn(String... protocols) {
    return new ApplicationProtocolConfig(
        Protocol.ALPN,
        SelectorFailureBehavior.NO_ADVERTISE,
        SelectedListenerFailureBehavior.ACCEPT,
        protocols);
  }

  private SslContext client(TlsSide side, Files files) throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .keyManager(files.keys)
            .applicationProtocolConfig(alpn(ApplicationProtocolNames.HTTP_2));
    if (side.selfSigned()) {
      builder.trustManager(InsecureTrustManagerFactory.INSTANCE); // nobody signed the other's
    } else {
      List<PeerCheck> checks = namesAndRevocation(side, files);
      checks.add(PeerChecks.dialedHost());
      builder.trustManager(new CheckingTrustManager(files.authorities, checks));
    }
    return common(builder);
  }

  private static List<PeerCheck> namesAndRevocation(TlsSide side, Files files) {
    List<PeerCheck> checks = new ArrayList<>();
    if (files.revoked != null) {
      checks.add(PeerChecks.notRevoked(files.revoked));
    }
    if (!side.allowedCommonNames().isEmpty()) {
      checks.add(PeerChecks.commonNameIn(side.allowedCommonNames()));
    }
    if (!side.allowedHosts().isEmpty()) {
      checks.add(PeerChecks.hostIn(side.allowedHosts()));
    }
    return checks;
  }

  private SslContext common(SslContextBuilder builder) throws SSLException {
    int lowest = VERSIONS.indexOf(configuration.get(SecurityOptions.TLS_MIN_VERSION));
    int highest = VERSIONS.indexOf(configuration.get(SecurityOptions.TLS_MAX_VERSION));
    List<String> versions = VERSIONS.subList(lowest, highest < 0 ? VERSIONS.size() : highest + 1);
    builder
        .sslProvider(SslProvider.JDK)
        .protocols(versions.stream().map(version -> "TLSv" + version.substring(3)).toList());
    if (!suites.isEmpty()) {
      builder.ciphers(suites, SupportedCipherSuiteFilter.INSTANCE);
    }
    return builder.build();
  }
}
