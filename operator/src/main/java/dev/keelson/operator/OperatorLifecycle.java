package dev.keelson.operator;

import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.member.MemberConnections;
import dev.keelson.operator.model.Images;
import dev.keelson.operator.reconcile.OperatorMetrics;
import dev.keelson.operator.reconcile.Wiring;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Starts the reconcilers with the application and stops them with it. */
@ApplicationScoped
public class OperatorLifecycle {
  private static final Logger LOG = Logger.getLogger(OperatorLifecycle.class);

  private final KubernetesClient client;
  private final OperatorConfig config;
  private final MeterRegistry registry;
  private final String instance;
  private final MemberConnections connections = new MemberConnections();
  private volatile @Nullable Operator operator;
  private volatile boolean stopping;

  OperatorLifecycle(KubernetesClient client, OperatorConfig config, MeterRegistry registry) {
    this.client = client;
    this.config = config;
    this.registry = registry;
    this.instance = config.instance().orElseGet(() -> "keelson-operator-" + UUID.randomUUID());
  }

  void start(@Observes StartupEvent event) {
    Wiring wiring =
        new Wiring(
            client,
            connections,
            new Images(config.imageRepository(), config.serverVersion()),
            new OperatorMetrics(registry),
            Clock.systemUTC(),
            instance);
    Operator made = new Operator(this::configure);
    var _ = made.register(wiring.clusters(), this::controller);
    var _ = made.register(wiring.backups(), this::controller);
    var _ = made.register(wiring.schedules(), this::controller);
    operator = made;
    // Waits for the lease, which a health check must not wait for.
    Thread.ofPlatform().name("operator-start").start(() -> run(made));
  }

  private static void run(Operator operator) {
    try {
      operator.start();
      LOG.info("looking after clusters");
    } catch (RuntimeException failed) {
      LOG.error("the operator could not start", failed);
      Quarkus.asyncExit(1);
    }
  }

  private void configure(ConfigurationServiceOverrider overrider) {
    overrider
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .withConcurrentReconciliationThreads(config.threads())
        .withReconciliationTerminationTimeout(Duration.ofSeconds(15))
        .checkingCRDAndValidateLocalModel(false)
        .withUseSSAToPatchPrimaryResource(true);
    if (config.leaderElection().enabled()) {
      var election =
          LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(
                  config.leaderElection().lease())
              .withIdentity(instance)
              // the SDK would call System.exit, which waits for ever when the process already ends
              .withExitOnStopLeading(false)
              .withLeaderCallbacks(new LeaderCallbacks(() -> {}, this::leaseLost, leader -> {}));
      config.leaderElection().namespace().ifPresent(election::withLeaseNamespace);
      overrider.withLeaderElectionConfiguration(election.build());
    }
  }

  /** No end of retries, no silence after the last one, no more than ten passes a second. */
  private <R extends HasMetadata> void controller(ControllerConfigurationOverrider<R> overrider) {
    overrider
        .withFinalizer("keelson.dev/operator")
        .withFieldManager(KubernetesObjects.FIELD_MANAGER)
        .withRetry(
            new GenericRetry()
                .setInitialInterval(Duration.ofSeconds(1))
                .withoutMaxAttempts()
                .setMaxInterval(60_000))
        .withRateLimiter(new LinearRateLimiter(Duration.ofSeconds(1), 10))
        .withReconciliationMaxInterval(Duration.ofMinutes(5));
    config
        .namespaces()
        .ifPresent(namespaces -> overrider.settingNamespaces(Set.copyOf(namespaces)));
  }

  /** Another operator may be at work by now, so this one must not be. */
  private void leaseLost() {
    if (!stopping) {
      LOG.error("lost the lease of the leader; ending, to begin anew");
      Quarkus.asyncExit(1);
    }
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    Operator running = operator;
    if (running != null) {
      running.stop();
    }
    connections.close();
  }

  /** Whether informers and reconcilers run; true as well while another operator holds the lease. */
  boolean healthy() {
    Operator running = operator;
    return running != null
        && (!running.getRuntimeInfo().isStarted()
            || running.getRuntimeInfo().allEventSourcesAreHealthy());
  }
}
