package dev.keelson.server;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.Configuration.Notice;
import dev.keelson.server.config.ExternalOptions;
import dev.keelson.server.config.MemberOptions;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.gateway.Gateway;
import dev.keelson.server.launch.ServiceManager;
import dev.keelson.server.listen.ClientListener;
import dev.keelson.server.listen.HttpBackend;
import dev.keelson.server.listen.HttpListener;
import dev.keelson.server.listen.ListenSettings;
import dev.keelson.server.listen.Newcomers;
import dev.keelson.server.listen.RelayedConnections;
import dev.keelson.server.listen.Surface;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.ProductVersion;
import dev.keelson.server.member.StartException;
import dev.keelson.server.metrics.ServerMetrics;
import dev.keelson.server.tls.TlsContexts;
import dev.keelson.server.trace.TraceExport;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.protobuf.services.HealthStatusManager;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Starts the member and then its listeners, and stops them in the opposite order.
 *
 * <p>Used from the thread that runs the application and, when the process stops, from the shutdown
 * thread.
 */
@Singleton
public final class MemberLifecycle {

  private static final Logger log = LoggerFactory.getLogger(MemberLifecycle.class);

  /** How long running calls may take once the process is asked to stop. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final Configuration configuration;
  private final Member member;
  private final RelayedConnections connections;
  private final HttpServer http;
  private final TlsContexts tls;
  private final Gateway gateway;
  private final ServerMetrics serverMetrics;
  private final Newcomers newcomers = new Newcomers();
  private final HealthStatusManager health = new HealthStatusManager();

  /** Guards the fields below; never held while the member starts or stops. */
  private final Object lock = new Object();

  private @Nullable ClientListener clients;
  private @Nullable HttpListener metrics;
  private @Nullable HttpListener clientHttp;
  private @Nullable TraceExport traces;
  private boolean memberStarted;
  private boolean stopped;

  MemberLifecycle(
      Configuration configuration,
      Member member,
      RelayedConnections connections,
      HttpServer http,
      TlsContexts tls,
      Gateway gateway,
      ServerMetrics serverMetrics) {
    this.configuration = configuration;
    this.member = member;
    this.connections = connections;
    this.http = http;
    this.tls = tls;
    this.gateway = gateway;
    this.serverMetrics = serverMetrics;
  }

  /**
   * Starts everything; returns once clients are served, or when the process was asked to stop.
   *
   * @throws StartException when something cannot start; what did start is stopped at shutdown
   */
  public void start() {
    logConfiguration();
    DataDirectory.prepare(configuration);
    tls.load();
    HttpBackend backend =
        new HttpBackend(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), http.getPort()), connections);
    ListenSettings settings = ListenSettings.of(configuration);
    synchronized (lock) {
      if (stopped) {
        return;
      }
      metrics =
          new HttpListener(
              new HttpListener.Settings(
                  configuration.get(ServingOptions.LISTEN_METRICS_URLS),
                  ServingOptions.LISTEN_METRICS_URLS.name(),
                  Surface.METRICS,
                  settings.reusePort()),
              backend,
              newcomers,
              settings.patience(),
              tls.accepting(tls.metricsServer()));
      metrics.start();
      memberStarted = true;
    }
    member.start(); // may wait for the cluster, so a stop must get past it
    synchronized (lock) {
      if (stopped) {
        return;
      }
      List<ServerServiceDefinition> services = new ArrayList<>(member.clientServices());
      services.add(health.getHealthService().bindService());
      Function<Channel, SslHandler> handlers = tls.accepting(tls.clientServer());
      clientHttp =
          new HttpListener(
              new HttpListener.Settings(
                  settings.httpUrls(),
                  ServingOptions.LISTEN_CLIENT_HTTP_URLS.name(),
                  Surface.CLIENT,
                  settings.reusePort()),
              backend,
              newcomers,
              settings.patience(),
              handlers);
      clientHttp.start();
      ServerStreamTracer.Factory calls = traced(serverMetrics.calls(services));
      gateway.start(services, calls);
      clients = new ClientListener(settings, services, calls, backend, newcomers, handlers);
      clients.start();
    }
    ServiceManager.ready(System.getenv());
  }

  private ServerStreamTracer.Factory traced(ServerStreamTracer.Factory counted) {
    if (!configuration.get(ExternalOptions.ENABLE_DISTRIBUTED_TRACING)) {
      return counted;
    }
    TraceExport export = TraceExport.begin(configuration);
    traces = export;
    return export.calls(counted);
  }

  private void logConfiguration() {
    for (Notice notice : configuration.notices()) {
      withFields(log.atWarn(), notice.fields()).log(notice.message());
    }
    LoggingEventBuilder line =
        log.atInfo()
            .addKeyValue("etcd-version", ProductVersion.ETCD)
            .addKeyValue("keelson-version", ProductVersion.KEELSON)
            .addKeyValue("java-version", Runtime.version().toString());
    withFields(line, configuration.shown()).log("starting an etcd server");
  }

  private static LoggingEventBuilder withFields(
      LoggingEventBuilder line, Map<String, Object> fields) {
    LoggingEventBuilder result = line;
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      result = result.addKeyValue(field.getKey(), field.getValue());
    }
    return result;
  }

  void stop(@Observes ShutdownEvent event) {
    boolean stopMember;
    synchronized (lock) {
      if (stopped) {
        return;
      }
      stopped = true;
      stopMember = memberStarted;
      if (ApplicationLifecycleManager.isVmShuttingDown()) {
        // Java does not tell which; without one there is a line about what went wrong
        log.info("received signal; shutting down");
      }
      log.atInfo().addKeyValue("name", configuration.get(MemberOptions.NAME)).log("closing member");
      health.enterTerminalState();
      if (clients != null) {
        clients.stop(GRACE);
      }
      if (clientHttp != null) {
        clientHttp.stop();
      }
      gateway.stop();
      if (traces != null) {
        traces.close();
      }
    }
    if (stopMember) {
      member.stop();
    }
    synchronized (lock) {
      if (metrics != null) {
        metrics.stop();
      }
    }
    log.atInfo().addKeyValue("name", configuration.get(MemberOptions.NAME)).log("closed member");
  }

  /** The bound client addresses; empty before {@link #start}. */
  public List<SocketAddress> clientAddresses() {
    synchronized (lock) {
      return clients == null ? List.of() : clients.addresses();
    }
  }

  /** The bound metrics addresses; empty before {@link #start}. */
  public List<SocketAddress> metricsAddresses() {
    synchronized (lock) {
      return metrics == null ? List.of() : metrics.addresses();
    }
  }
}
