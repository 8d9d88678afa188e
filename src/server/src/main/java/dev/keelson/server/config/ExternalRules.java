package dev.keelson.server.config;

import java.util.stream.Stream;

/** Rules between the options of discovery and tracing, in the words of etcd (server/embed). */
final class ExternalRules {
  private static final int SAMPLES_MAX = 1_000_000;

  private ExternalRules() {}

  static void check(Configuration configuration) {
    boolean endpoints = !configuration.get(ExternalOptions.DISCOVERY_ENDPOINTS).isEmpty();
    long ways =
        Stream.of(
                !configuration.get(MemberOptions.INITIAL_CLUSTER).members().isEmpty(),
                !configuration.get(ExternalOptions.DISCOVERY_SRV).isEmpty(),
                endpoints)
            .filter(chosen -> chosen)
            .count();
    if (ways > 1) {
      throw ConfigurationException.usage(
          "multiple discovery or bootstrap flags are set. Choose one of \"initial-cluster\","
              + " \"discovery\", \"discovery-endpoints\" or \"discovery-srv\"");
    }
    if (configuration.get(ExternalOptions.DISCOVERY_TOKEN).isEmpty() == endpoints) {
      throw ConfigurationException.usage(
          "both --discovery-token and --discovery-endpoints must be set");
    }
    if (configuration.get(ExternalOptions.DISCOVERY_CERT).isEmpty()
        != configuration.get(ExternalOptions.DISCOVERY_KEY).isEmpty()) {
      throw ConfigurationException.usage(
          "--discovery-cert and --discovery-key must be set together");
    }
    if (configuration.get(ExternalOptions.ENABLE_DISTRIBUTED_TRACING)) {
      checkSampling(configuration.get(ExternalOptions.DISTRIBUTED_TRACING_SAMPLING_RATE));
    }
  }

  private static void checkSampling(int perMillion) {
    if (perMillion < 0 || perMillion > SAMPLES_MAX) {
      throw ConfigurationException.usage(
          "distributed tracing configurition is not valid: (tracing sampling rate must be %s)"
              .formatted(perMillion < 0 ? "positive" : "less than " + SAMPLES_MAX));
    }
  }
}
