package dev.keelson.operator;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Whether the operator still sees what happens. */
@Liveness
@ApplicationScoped
class OperatorHealth implements HealthCheck {
  private final OperatorLifecycle operator;

  OperatorHealth(OperatorLifecycle operator) {
    this.operator = operator;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("informers").status(operator.healthy()).build();
  }
}
