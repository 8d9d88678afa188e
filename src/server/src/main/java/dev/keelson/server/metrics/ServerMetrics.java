package dev.keelson.server.metrics;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.metrics.PrometheusText.Family;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.FeatureGates;
import dev.keelson.server.config.FeatureGates.Gate;
import dev.keelson.server.config.MemberOptions;
import dev.keelson.server.config.ServingOptions;
import io.grpc.ServerServiceDefinition;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is measured around the member. */
@Singleton
public final class ServerMetrics {
  private final boolean extensive;
  private final FeatureGates gates;
  private final HealthMetrics health;
  private final LongAdder scrapes = new LongAdder();
  private volatile @Nullable CallMetrics calls;

  ServerMetrics(Configuration configuration, HealthMetrics health) {
    this.extensive = configuration.get(ServingOptions.METRICS).equals("extensive");
    this.gates = configuration.get(MemberOptions.FEATURE_GATES);
    this.health = health;
  }

  /** The counter of calls of these services; to be given to every server that serves them. */
  public CallMetrics calls(List<ServerServiceDefinition> services) {
    CallMetrics counted = new CallMetrics(services, extensive);
    calls = counted;
    return counted;
  }

  void write(PrometheusText out) {
    CallMetrics counted = calls;
    if (counted != null) {
      counted.write(out);
    }
    health.write(out);
    Family features = out.gauge("etcd_server_feature_enabled", "Whether a feature gate is open.");
    for (Gate gate : Gate.values()) {
      features.value(
          gates.isEnabled(gate) ? 1 : 0, "name", gate.name(), "stage", gate.stage().name());
    }
    ProcessMetrics.write(out);
    out.counter("promhttp_metric_handler_requests_total", "Answers of /metrics.")
        .value(scrapes.sum(), "code", "200");
    scrapes.increment();
    // this one; each holds a thread only while it writes
    out.gauge("promhttp_metric_handler_requests_in_flight", "Answers of /metrics being written.")
        .value(1);
  }
}
