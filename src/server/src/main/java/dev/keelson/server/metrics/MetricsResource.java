package dev.keelson.server.metrics;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.server.member.Member;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** {@code /metrics}. */
@Path("/metrics")
@SuppressWarnings("deprecation") // Quarkus 3 brings the registry of the older client library
public final class MetricsResource {
  private final Member member;
  private final ServerMetrics metrics;
  private final PrometheusMeterRegistry process;

  MetricsResource(Member member, ServerMetrics metrics, PrometheusMeterRegistry process) {
    this.member = member;
    this.metrics = metrics;
    this.process = process;
  }

  /** Everything that is measured, in Prometheus' text format. */
  @GET
  public Response metrics() {
    PrometheusText out = new PrometheusText();
    member.writeMetrics(out);
    metrics.write(out);
    return Response.ok(out + process.scrape())
        .header("Content-Type", PrometheusText.CONTENT_TYPE)
        .build();
  }
}
