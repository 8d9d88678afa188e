package dev.keelson.server.http;

import dev.keelson.server.listen.RelayedConnections;
import dev.keelson.server.listen.RelayedConnections.Relayed;
import dev.keelson.server.log.LogSetup;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * {@code PUT /config/local/log} with {@code {"Level":"debug"}}: changes the log level of the
 * running member, as etcd up to 3.4 did. Only for programs on this machine, and not for pages in a
 * browser.
 */
@Path("/config/local/log")
public final class LogLevelResource {

  private static final int MAX_BODY_CHARS = 1000;

  private final RelayedConnections connections;

  LogLevelResource(RelayedConnections connections) {
    this.connections = connections;
  }

  /** Changes the level; 204, or 400 when the body names none, or 403 from elsewhere. */
  @PUT
  public Response put(String body, @Context HttpServerRequest request) {
    Relayed relayed = connections.find(request.connection().remoteAddress().port());
    if (relayed == null || !isLocal(relayed) || request.getHeader("Origin") != null) {
      return Response.status(Response.Status.FORBIDDEN).build();
    }
    String level = level(body);
    return level != null && LogSetup.changeLevel(level)
        ? Response.noContent().build()
        : Response.status(Response.Status.BAD_REQUEST)
            .type("text/plain; charset=utf-8")
            .entity("Invalid json body: expected {\"Level\":\"debug\"} or another level\n")
            .build();
  }

  private static boolean isLocal(Relayed relayed) {
    return relayed.client() instanceof UnixDomainSocketAddress
        || (relayed.client() instanceof InetSocketAddress inet
            && inet.getAddress().isLoopbackAddress());
  }

  private static @Nullable String level(String body) {
    try {
      return body.length() > MAX_BODY_CHARS ? null : new JsonObject(body).getString("Level");
    } catch (DecodeException | ClassCastException e) {
      return null;
    }
  }
}
