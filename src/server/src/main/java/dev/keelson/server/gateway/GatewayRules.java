package dev.keelson.server.gateway;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ServingOptions;
import io.grpc.Status;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** What holds for every request under {@code /v3/}, before its route is looked up. */
@Singleton
final class GatewayRules {
  /** After the gatekeeper, before the routes. */
  private static final int PRIORITY = 900;

  private static final String OLD_PREFIX = "/v3beta/";
  private static final String PREFIX = "/v3/";

  private final boolean enabled;
  private final Gateway gateway;

  GatewayRules(Configuration configuration, Gateway gateway) {
    this.gateway = gateway;
    enabled = configuration.get(ServingOptions.ENABLE_GRPC_GATEWAY);
  }

  void install(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  private void check(RoutingContext context) {
    String path = context.request().path();
    if (enabled && path.startsWith(OLD_PREFIX)) {
      context.reroute(PREFIX + path.substring(OLD_PREFIX.length()));
    } else if (enabled && path.equals("/v3")) {
      context.response().setStatusCode(301).putHeader("Location", PREFIX);
      var _ = context.end();
    } else if (!path.startsWith(PREFIX)) {
      context.next();
    } else if (!enabled) {
      context.response().setStatusCode(404).putHeader("Content-Type", "text/plain; charset=utf-8");
      var _ = context.end("404 page not found\n");
    } else if (GatewaySocket.isAskedFor(context.request())) {
      GatewaySocket.open(context.request(), gateway);
    } else if (context.request().method().equals(HttpMethod.POST)) {
      context.next();
    } else {
      refuse(
          context,
          Routes.find(path) == null
              ? Status.NOT_FOUND.withDescription("Not Found")
              : Status.UNIMPLEMENTED.withDescription("Method Not Allowed"));
    }
  }

  private static void refuse(RoutingContext context, Status status) {
    context
        .response()
        .setStatusCode(HttpErrors.status(status.getCode()))
        .putHeader("Content-Type", "application/json");
    var _ = context.end(HttpErrors.body(status));
  }
}
