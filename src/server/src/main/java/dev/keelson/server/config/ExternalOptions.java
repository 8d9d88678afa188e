package dev.keelson.server.config;

import static dev.keelson.server.config.Option.ignored;
import static dev.keelson.server.config.Option.notYet;
import static dev.keelson.server.config.OptionType.DURATION;
import static dev.keelson.server.config.OptionType.INT;
import static dev.keelson.server.config.OptionType.LIST;
import static dev.keelson.server.config.OptionType.SWITCH;
import static dev.keelson.server.config.OptionType.TEXT;
import static dev.keelson.server.config.OptionType.oneOf;

import java.time.Duration;
import java.util.List;

/** Options of discovery and distributed tracing: what a member does with services outside. */
public final class ExternalOptions {

  private static final String DISCOVERY = "discovery is not built; use initial-cluster";
  private static final String ONLY_DISCOVERY = "it acts only with discovery, which is not built";
  private static final String TRACING = "distributed tracing is not built";
  private static final String ONLY_TRACING = "it acts only with enable-distributed-tracing";

  public static final Option<String> DISCOVERY_TOKEN =
      notYet("discovery-token", TEXT, "", "Token for bootstrap by discovery.", DISCOVERY);
  public static final Option<List<String>> DISCOVERY_ENDPOINTS =
      notYet("discovery-endpoints", LIST, "", "Servers for bootstrap by discovery.", DISCOVERY);
  public static final Option<String> DISCOVERY_SRV =
      notYet("discovery-srv", TEXT, "", "DNS domain to bootstrap from.", DISCOVERY);
  static final Option<String> DISCOVERY_SRV_NAME =
      text("discovery-srv-name", "Suffix of the DNS SRV name.");
  static final Option<String> DISCOVERY_FALLBACK =
      ignored(
          "discovery-fallback",
          oneOf("exit", "proxy"),
          "exit",
          "What to do when discovery fails.",
          ONLY_DISCOVERY);
  static final Option<Duration> DISCOVERY_DIAL_TIMEOUT = duration("discovery-dial-timeout", "2s");
  static final Option<Duration> DISCOVERY_REQUEST_TIMEOUT =
      duration("discovery-request-timeout", "5s");
  static final Option<Duration> DISCOVERY_KEEPALIVE_TIME =
      duration("discovery-keepalive-time", "2s");
  static final Option<Duration> DISCOVERY_KEEPALIVE_TIMEOUT =
      duration("discovery-keepalive-timeout", "6s");
  static final Option<Boolean> DISCOVERY_INSECURE_TRANSPORT =
      ignored(
          "discovery-insecure-transport",
          SWITCH,
          "true",
          "Do not use TLS for discovery.",
          ONLY_DISCOVERY);
  static final Option<Boolean> DISCOVERY_INSECURE_SKIP_TLS_VERIFY =
      ignored(
          "discovery-insecure-skip-tls-verify",
          SWITCH,
          "false",
          "Do not verify discovery servers.",
          ONLY_DISCOVERY);
  static final Option<String> DISCOVERY_CERT = text("discovery-cert", "Certificate for discovery.");
  static final Option<String> DISCOVERY_KEY = text("discovery-key", "Key for discovery.");
  static final Option<String> DISCOVERY_CACERT =
      text("discovery-cacert", "Authority for discovery.");
  static final Option<String> DISCOVERY_USER = text("discovery-user", "User for discovery.");
  static final Option<String> DISCOVERY_PASSWORD =
      text("discovery-password", "Password for discovery.");

  public static final Option<Boolean> ENABLE_DISTRIBUTED_TRACING =
      notYet(
          "enable-distributed-tracing", SWITCH, "false", "Export OpenTelemetry traces.", TRACING);
  static final Option<String> DISTRIBUTED_TRACING_ADDRESS =
      ignored(
          "distributed-tracing-address",
          TEXT,
          "localhost:4317",
          "Address of the trace collector.",
          ONLY_TRACING);
  static final Option<String> DISTRIBUTED_TRACING_SERVICE_NAME =
      ignored(
          "distributed-tracing-service-name",
          TEXT,
          "etcd",
          "Service name of traces.",
          ONLY_TRACING);
  static final Option<String> DISTRIBUTED_TRACING_INSTANCE_ID =
      ignored("distributed-tracing-instance-id", TEXT, "", "Instance id of traces.", ONLY_TRACING);
  static final Option<Integer> DISTRIBUTED_TRACING_SAMPLING_RATE =
      ignored(
          "distributed-tracing-sampling-rate",
          INT,
          "0",
          "Samples per million spans.",
          ONLY_TRACING);

  static final List<Option<?>> ALL =
      List.of(
          DISCOVERY_TOKEN,
          DISCOVERY_ENDPOINTS,
          DISCOVERY_SRV,
          DISCOVERY_SRV_NAME,
          DISCOVERY_FALLBACK,
          DISCOVERY_DIAL_TIMEOUT,
          DISCOVERY_REQUEST_TIMEOUT,
          DISCOVERY_KEEPALIVE_TIME,
          DISCOVERY_KEEPALIVE_TIMEOUT,
          DISCOVERY_INSECURE_TRANSPORT,
          DISCOVERY_INSECURE_SKIP_TLS_VERIFY,
          DISCOVERY_CERT,
          DISCOVERY_KEY,
          DISCOVERY_CACERT,
          DISCOVERY_USER,
          DISCOVERY_PASSWORD,
          ENABLE_DISTRIBUTED_TRACING,
          DISTRIBUTED_TRACING_ADDRESS,
          DISTRIBUTED_TRACING_SERVICE_NAME,
          DISTRIBUTED_TRACING_INSTANCE_ID,
          DISTRIBUTED_TRACING_SAMPLING_RATE);

  private ExternalOptions() {}

  private static Option<String> text(String name, String help) {
    return ignored(name, TEXT, "", help, ONLY_DISCOVERY);
  }

  private static Option<Duration> duration(String name, String value) {
    return ignored(name, DURATION, value, "A time limit of discovery.", ONLY_DISCOVERY);
  }
}
