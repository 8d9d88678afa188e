package dev.keelson.server.http;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.listen.RelayedConnections;
import dev.keelson.server.listen.RelayedConnections.Relayed;
import dev.keelson.server.listen.Surface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules every HTTP request passes first: it must come through a listener, ask for what that
 * listener offers, and use a method that etcd takes.
 */
@Singleton
final class Gatekeeper {

  private static final Logger log = LoggerFactory.getLogger(Gatekeeper.class);

  private static final int PRIORITY = 1000;

  /** Paths that take GET only; below the last two hang single checks. */
  private static final List<String> GET_ONLY = List.of("/health", "/version", "/livez", "/readyz");

  private final RelayedConnections connections;
  private final AllowedOrigins origins;
  private final HostWhitelist hosts;

  Gatekeeper(RelayedConnections connections, Configuration configuration) {
    this.connections = connections;
    this.origins = new AllowedOrigins(configuration.get(ServingOptions.CORS));
    this.hosts = new HostWhitelist(configuration.get(ServingOptions.HOST_WHITELIST));
  }

  void install(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  void installLast(@Observes Router router) {
    router
        .route()
        .order(Integer.MAX_VALUE)
        .handler(context -> end(context, 404, "404 page not found\n"));
  }

  private void check(RoutingContext context) {
    HttpServerRequest request = context.request();
    Relayed relayed = connections.find(request.connection().remoteAddress().port());
    if (relayed == null) {
      request.connection().close();
      return;
    }
    HttpServerResponse response = context.response();
    String host = request.getHeader("Host");
    if (relayed.surface() == Surface.CLIENT && !relayed.encrypted() && !hosts.allows(host)) {
      String name = HostWhitelist.name(host);
      log.atWarn()
          .addKeyValue("host", name)
          .log("rejecting HTTP request to prevent DNS rebinding attacks");
      end(context, 421, HostWhitelist.refusal(name));
      return;
    }
    // set here so that refusals carry them too
    origins.addHeaders(request.getHeader("Origin"), response);
    String path = request.path();
    if (request.method().equals(HttpMethod.OPTIONS)) {
      response.setStatusCode(200).end();
    } else if (relayed.surface() == Surface.METRICS && !isOnMetricsSurface(path)) {
      end(context, 404, "404 page not found\n");
    } else if (isGetOnly(path) && !request.method().equals(HttpMethod.GET)) {
      response.putHeader("Allow", "GET");
      end(context, 405, "Method Not Allowed\n");
    } else {
      context.next();
    }
  }

  private static boolean isOnMetricsSurface(String path) {
    return path.equals("/metrics") || (isGetOnly(path) && !path.equals("/version"));
  }

  private static boolean isGetOnly(String path) {
    return GET_ONLY.contains(path) || path.startsWith("/livez/") || path.startsWith("/readyz/");
  }

  private static void end(RoutingContext context, int status, String text) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "text/plain; charset=utf-8")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(text);
  }
}
