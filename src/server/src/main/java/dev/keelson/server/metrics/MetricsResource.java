package dev.keelson.server.metrics;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.server.member.Member;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.StringWriter;

/** {@code /metrics}. */
@Path("/metrics")
public final class MetricsResource {
  private final Member member;
  private final ServerMetrics metrics;
  private final CollectorRegistry quarkus;

  MetricsResource(Member member, ServerMetrics metrics, CollectorRegistry quarkus) {
    this.member = member;
    this.metrics = metrics;
    this.quarkus = quarkus;
  }

  /** Everything that is measured, in Prometheus' text format. */
  @GET
  public Response metrics() throws IOException {
    PrometheusText out = new PrometheusText();
    member.writeMetrics(out);
    metrics.write(out);
    StringWriter text = new StringWriter().append(out.toString());
    TextFormat.write004(text, quarkus.metricFamilySamples());
    return Response.ok(text.toString()).header("Content-Type", PrometheusText.CONTENT_TYPE).build();
  }
}
