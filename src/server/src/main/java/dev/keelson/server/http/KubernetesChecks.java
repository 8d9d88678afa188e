package dev.keelson.server.http;

import dev.keelson.server.MemberLifecycle;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberView;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * {@code /q/health/live}, {@code /ready} and {@code /started}: the checks of {@code /livez} and
 * {@code /readyz} in MicroProfile's form.
 */
final class KubernetesChecks {
  @Produces
  @Singleton
  @Liveness
  AsyncHealthCheck alive(Member member) {
    return of(Check.SERIALIZABLE_READ, member.view());
  }

  @Produces
  @Singleton
  @Readiness
  AsyncHealthCheck notCorrupt(Member member) {
    return of(Check.DATA_CORRUPTION, member.view());
  }

  @Produces
  @Singleton
  @Readiness
  AsyncHealthCheck readsHere(Member member) {
    return of(Check.SERIALIZABLE_READ, member.view());
  }

  @Produces
  @Singleton
  @Readiness
  AsyncHealthCheck readsThroughLeader(Member member) {
    return of(Check.LINEARIZABLE_READ, member.view());
  }

  @Produces
  @Singleton
  @Readiness
  AsyncHealthCheck votes(Member member) {
    return of(Check.NON_LEARNER, member.view());
  }

  @Produces
  @Singleton
  @Startup
  AsyncHealthCheck serves(MemberLifecycle lifecycle) {
    return () ->
        Uni.createFrom()
            .item(
                () ->
                    HealthCheckResponse.named("serves_clients")
                        .status(!lifecycle.clientAddresses().isEmpty())
                        .build());
  }

  private static AsyncHealthCheck of(Check check, MemberView view) {
    return () ->
        Uni.createFrom()
            .completionStage(() -> check.run(view))
            .map(problem -> response(check, problem));
  }

  private static HealthCheckResponse response(Check check, Optional<String> problem) {
    var response = HealthCheckResponse.named(check.label()).status(problem.isEmpty());
    problem.ifPresent(text -> response.withData("reason", text));
    return response.build();
  }
}
