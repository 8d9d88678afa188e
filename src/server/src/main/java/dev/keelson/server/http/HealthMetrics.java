package dev.keelson.server.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Outcomes of health requests, under etcd's metric names.
 *
 * <p>{@code etcd_server_health_success} and {@code _failures} are exported as gauges: the client
 * library would add {@code _total} to the name of a counter.
 */
@Singleton
final class HealthMetrics {

  private final MeterRegistry registry;
  private final AtomicLong successes;
  private final AtomicLong failures;
  private final ConcurrentHashMap<String, AtomicLong> states = new ConcurrentHashMap<>();

  HealthMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.successes = gauge("etcd_server_health_success", "Successful health checks.");
    this.failures = gauge("etcd_server_health_failures", "Failed health checks.");
  }

  private AtomicLong gauge(String name, String help) {
    AtomicLong value = new AtomicLong();
    Gauge.builder(name, value, AtomicLong::doubleValue).description(help).register(registry);
    return value;
  }

  void health(boolean healthy) {
    (healthy ? successes : failures).incrementAndGet();
  }

  /**
   * Notes one check.
   *
   * @param type {@code livez} or {@code readyz}
   */
  void check(String type, Check check, boolean passed) {
    states
        .computeIfAbsent(type + "/" + check.label(), key -> stateGauge(type, check))
        .set(passed ? 1 : 0);
    Counter.builder("etcd_server_healthchecks")
        .description("Health checks by outcome.")
        .tags("type", type, "name", check.label(), "status", passed ? "success" : "error")
        .register(registry)
        .increment();
  }

  private AtomicLong stateGauge(String type, Check check) {
    AtomicLong state = new AtomicLong();
    Gauge.builder("etcd_server_healthcheck", state, AtomicLong::doubleValue)
        .description("Outcome of the latest check: 1 passed, 0 failed.")
        .tags("type", type, "name", check.label())
        .register(registry);
    return state;
  }
}
