package dev.keelson.server.http;

import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberView;
import dev.keelson.server.member.ProductVersion;
import dev.keelson.server.metrics.HealthMetrics;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** {@code /health} and {@code /version}, as etcd answers them. */
@Path("/")
public final class HealthResource {

  private final MemberView view;
  private final HealthMetrics metrics;

  HealthResource(Member member, HealthMetrics metrics) {
    this.view = member.view();
    this.metrics = metrics;
  }

  /**
   * Healthy means: no alarm, a known leader unless {@code serializable}, and a read that succeeds.
   *
   * @param excluded alarms to overlook
   * @param serializable only {@code true} asks for a check of this member alone
   */
  @GET
  @Path("health")
  public CompletionStage<Response> health(
      @QueryParam("exclude") List<String> excluded,
      @QueryParam("serializable") String serializable) {
    boolean alone = "true".equals(serializable);
    Optional<String> alarm =
        view.alarms().stream()
            .filter(name -> !excluded.contains(name))
            .map(name -> "ALARM " + name)
            .findFirst();
    if (alarm.isPresent()) {
      return CompletableFuture.completedFuture(answer(alarm.get()));
    }
    if (!alone && !view.hasLeader()) {
      return CompletableFuture.completedFuture(answer("RAFT NO LEADER"));
    }
    return view.read(alone)
        .handle(
            (done, failure) -> answer(failure == null ? "" : "RANGE ERROR:" + Check.text(failure)));
  }

  private Response answer(String reason) {
    boolean healthy = reason.isEmpty();
    metrics.health(healthy);
    String body =
        new JsonObject().put("health", Boolean.toString(healthy)).put("reason", reason).encode();
    return healthy
        ? Response.ok(body, "text/plain; charset=utf-8").build()
        : ProbeResource.text(503, body + "\n"); // Go's http.Error
  }

  /** See {@link ProductVersion#json}. */
  @GET
  @Path("version")
  public Response version() {
    return Response.ok(ProductVersion.json(view), "application/json").build();
  }
}
