package dev.keelson.server.http;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.listen.RelayedConnections;
import dev.keelson.server.listen.RelayedConnections.Relayed;
import dev.keelson.server.listen.Surface;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberView;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
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

  /** Paths that take GET only, beside those of the probes. */
  private static final Set<String> GET_ONLY = Set.of("/health", "/version", "/debug/vars");

  private static final Set<String> PROBES = ProbeResource.paths();

  /**
   * Over gRPC the name in a certificate is a user; through etcd's gateway it would be lost, and so
   * etcd refuses whoever might count on it.
   */
  private static final String CERTIFICATE_IS_NO_USER =
      "CommonName of client sending a request against gateway will be ignored and not used as"
          + " expected\n";

  private final RelayedConnections connections;
  private final AllowedOrigins origins;
  private final HostWhitelist hosts;
  private final boolean gateway;
  private final MemberView view;

  Gatekeeper(RelayedConnections connections, Configuration configuration, Member member) {
    this.connections = connections;
    this.gateway = configuration.get(ServingOptions.ENABLE_GRPC_GATEWAY);
    this.view = member.view();
    this.origins = new AllowedOrigins(configuration.get(ServingOptions.CORS));
    this.hosts = new HostWhitelist(configuration.get(ServingOptions.HOST_WHITELIST));
  }

  void install(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  void installLast(@Observes Router router) {
    router.route().order(-PRIORITY).failureHandler(Gatekeeper::failed);
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
    if (hasBadHead(context)) {
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
    String path = request.path();
    if (isForGateway(path) && !relayed.commonName().isEmpty() && view.authEnabled()) {
      end(context, 400, CERTIFICATE_IS_NO_USER);
      return;
    }
    // set here so that refusals carry them too
    origins.headers(request.getHeader("Origin")).forEach(response::putHeader);
    if (request.method().equals(HttpMethod.OPTIONS)) {
      response.setStatusCode(200).end();
    } else if (request.getHeader("Upgrade") != null
        && !origins.allows(request.getHeader("Origin"))) {
      end(context, 403, "origin not allowed\n"); // browsers let every page read a WebSocket
    } else if (relayed.surface() == Surface.METRICS && !isOnMetricsSurface(path)) {
      end(context, 404, "404 page not found\n");
    } else if ((path.endsWith("/") && !isForGateway(path)) || isUnknownCheck(path)) {
      end(context, 404, "404 page not found\n"); // routes of quarkus-rest would take it
    } else if (isGetOnly(path) && !request.method().equals(HttpMethod.GET)) {
      response.putHeader("Allow", "GET");
      end(context, 405, "Method Not Allowed\n");
    } else {
      context.next();
    }
  }

  /**
   * Refuses what Go's server refuses before it looks at the path, and closes the connection: where
   * such a request ends, two servers may see differently (RFC 9112 section 6.3).
   */
  private static boolean hasBadHead(RoutingContext context) {
    HttpServerRequest request = context.request();
    int hosts = request.headers().getAll("Host").size();
    String expected = request.getHeader("Expect");
    if (request.headers().getAll("Transfer-Encoding").stream()
        .anyMatch(coding -> !coding.equalsIgnoreCase("chunked"))) {
      cut(context, 501, "Unsupported transfer encoding");
    } else if (hosts == 0 && request.version() == HttpVersion.HTTP_1_1) {
      cut(context, 400, "400 Bad Request: missing required Host header");
    } else if (hosts > 1) {
      cut(context, 400, "400 Bad Request: too many Host headers");
    } else if (expected != null && !expected.equalsIgnoreCase("100-continue")) {
      cut(context, 417, "");
    } else {
      return false;
    }
    return true;
  }

  /** Without a host the router gives up before it asks anybody; the rest is not for here. */
  private static void failed(RoutingContext context) {
    if (!hasBadHead(context)) {
      context.next();
    }
  }

  private static void cut(RoutingContext context, int status, String text) {
    HttpServerResponse response = context.response();
    response
        .putHeader("Connection", "close")
        .endHandler(_ -> context.request().connection().close());
    end(context, status, text);
  }

  private boolean isForGateway(String path) {
    return gateway && (path.startsWith("/v3/") || path.startsWith("/v3beta/"));
  }

  private static boolean isOnMetricsSurface(String path) {
    return path.equals("/metrics") || path.equals("/health") || PROBES.contains(path);
  }

  private static boolean isUnknownCheck(String path) {
    return (path.startsWith("/livez/") || path.startsWith("/readyz/")) && !PROBES.contains(path);
  }

  private static boolean isGetOnly(String path) {
    return GET_ONLY.contains(path) || PROBES.contains(path);
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
