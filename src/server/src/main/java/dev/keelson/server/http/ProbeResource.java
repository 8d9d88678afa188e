package dev.keelson.server.http;

import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberView;
import dev.keelson.server.metrics.HealthMetrics;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /livez}, {@code /readyz} and their single checks, as etcd and Kubernetes know them. */
@Path("/")
public final class ProbeResource {

  private static final Logger log = LoggerFactory.getLogger(ProbeResource.class);

  private static final List<Check> LIVEZ = List.of(Check.SERIALIZABLE_READ);
  private static final List<Check> READYZ = List.of(Check.values());

  private final MemberView view;
  private final HealthMetrics metrics;

  ProbeResource(Member member, HealthMetrics metrics) {
    this.view = member.view();
    this.metrics = metrics;
  }

  /** The paths of all checks, together and one by one. */
  static Set<String> paths() {
    Set<String> paths = new TreeSet<>(Set.of("/livez", "/readyz"));
    LIVEZ.forEach(check -> paths.add("/livez/" + check.label()));
    READYZ.forEach(check -> paths.add("/readyz/" + check.label()));
    return paths;
  }

  /** Whether the process is worth keeping. */
  @GET
  @Path("livez")
  public CompletionStage<Response> livez(
      @QueryParam("exclude") List<String> excluded, @Context HttpServerRequest request) {
    return run("livez", LIVEZ, excluded, request);
  }

  /** One check of {@link #livez}. */
  @GET
  @Path("livez/{check}")
  public CompletionStage<Response> livezCheck(
      @PathParam("check") String check,
      @QueryParam("exclude") List<String> excluded,
      @Context HttpServerRequest request) {
    return runOne("livez", LIVEZ, check, excluded, request);
  }

  /** Whether the member may be sent traffic. */
  @GET
  @Path("readyz")
  public CompletionStage<Response> readyz(
      @QueryParam("exclude") List<String> excluded, @Context HttpServerRequest request) {
    return run("readyz", READYZ, excluded, request);
  }

  /** One check of {@link #readyz}. */
  @GET
  @Path("readyz/{check}")
  public CompletionStage<Response> readyzCheck(
      @PathParam("check") String check,
      @QueryParam("exclude") List<String> excluded,
      @Context HttpServerRequest request) {
    return runOne("readyz", READYZ, check, excluded, request);
  }

  private CompletionStage<Response> runOne(
      String type,
      List<Check> offered,
      String name,
      List<String> excluded,
      HttpServerRequest request) {
    List<Check> one = offered.stream().filter(check -> check.label().equals(name)).toList();
    return one.isEmpty()
        ? CompletableFuture.completedFuture(text(404, "404 page not found\n"))
        : run(type, one, excluded, request);
  }

  private CompletionStage<Response> run(
      String type, List<Check> offered, List<String> excluded, HttpServerRequest request) {
    List<CompletableFuture<Optional<String>>> outcomes = new ArrayList<>();
    List<Check> checks =
        offered.stream().filter(check -> !excluded.contains(check.label())).toList();
    checks.forEach(check -> outcomes.add(check.run(view).toCompletableFuture()));
    return CompletableFuture.allOf(outcomes.toArray(CompletableFuture[]::new))
        .thenApply(done -> report(type, checks, outcomes, request.params().contains("verbose")));
  }

  private Response report(
      String type,
      List<Check> checks,
      List<CompletableFuture<Optional<String>>> outcomes,
      boolean verbose) {
    StringBuilder lines = new StringBuilder();
    boolean healthy = true;
    for (int i = 0; i < checks.size(); i++) {
      Check check = checks.get(i);
      Optional<String> problem = outcomes.get(i).join(); // complete: see run
      metrics.check(type, check.label(), problem.isEmpty());
      if (problem.isEmpty()) {
        lines.append("[+]").append(check.label()).append(" ok\n");
      } else {
        healthy = false;
        lines.append("[-]").append(check.label());
        lines.append(" failed: ").append(problem.get()).append('\n');
      }
    }
    if (!healthy) {
      log.atWarn()
          .addKeyValue("path", "/" + type)
          .addKeyValue("reason", lines.toString())
          .log("health check failed");
      return text(503, lines.append('\n').toString()); // Go's http.Error ends with one more
    }
    return text(200, verbose ? lines.append("ok\n").toString() : "ok\n");
  }

  static Response text(int status, String body) {
    return Response.status(status)
        .type("text/plain; charset=utf-8")
        .header("X-Content-Type-Options", "nosniff")
        .entity(body)
        .build();
  }
}
