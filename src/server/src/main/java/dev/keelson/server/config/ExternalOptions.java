package dev.keelson.server.config;

import static dev.keelson.server.config.Option.ignored;
import static dev.keelson.server.config.Option.works;
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

  public static final Option<String> DISCOVERY_TOKEN =
      works("discovery-token", TEXT, "", "Token of the cluster to be in the discovery service.");
  public static final Option<List<String>> DISCOVERY_ENDPOINTS =
      works("discovery-endpoints", LIST, "", "Members of the cluster that serves discovery.");
  public static final Option<String> DISCOVERY_SRV =
      works("discovery-srv", TEXT, "", "DNS domain whose SRV records name the first members.");
  public static final Option<String> DISCOVERY_SRV_NAME =
      works("discovery-srv-name", TEXT, "", "Suffix of the service in the SRV records.");
  static final Option<String> DISCOVERY_FALLBACK =
      ignored(
          "discovery-fallback",
          oneOf("exit", "proxy"),
          "exit",
          "What to do when discovery fails.",
          "a discovery that fails ends the start; there is no v2 proxy");
  public static final Option<Duration> DISCOVERY_DIAL_TIMEOUT =
      works("discovery-dial-timeout", DURATION, "2s", "Time to connect to the discovery service.");
  public static final Option<Duration> DISCOVERY_REQUEST_TIMEOUT =
      works("discovery-request-timeout", DURATION, "5s", "Time for a request to discovery.");
  public static final Option<Duration> DISCOVERY_KEEPALIVE_TIME =
      works(
          "discovery-keepalive-time",
          DURATION,
          "2s",
          "Idle time before the connection to discovery is tested; 10s at least.");
  public static final Option<Duration> DISCOVERY_KEEPALIVE_TIMEOUT =
      works("discovery-keepalive-timeout", DURATION, "6s", "Time for the answer to such a test.");
  public static final Option<Boolean> DISCOVERY_INSECURE_TRANSPORT =
      works(
          "discovery-insecure-transport",
          SWITCH,
          "true",
          "No TLS to discovery endpoints without a scheme.");
  public static final Option<Boolean> DISCOVERY_INSECURE_SKIP_TLS_VERIFY =
      works(
          "discovery-insecure-skip-tls-verify",
          SWITCH,
          "false",
          "Take any certificate of the discovery service.");
  public static final Option<String> DISCOVERY_CERT =
      works("discovery-cert", TEXT, "", "Certificate shown to the discovery service.");
  public static final Option<String> DISCOVERY_KEY =
      works("discovery-key", TEXT, "", "Its private key.");
  public static final Option<String> DISCOVERY_CACERT =
      works("discovery-cacert", TEXT, "", "Authorities of the discovery service's certificate.");
  public static final Option<String> DISCOVERY_USER =
      works("discovery-user", TEXT, "", "User in the discovery service.");
  public static final Option<String> DISCOVERY_PASSWORD =
      works("discovery-password", TEXT, "", "Password of that user.");

  public static final Option<Boolean> ENABLE_DISTRIBUTED_TRACING =
      works("enable-distributed-tracing", SWITCH, "false", "Export traces of calls by OTLP.");
  public static final Option<String> DISTRIBUTED_TRACING_ADDRESS =
      works(
          "distributed-tracing-address", TEXT, "localhost:4317", "Address of the trace collector.");
  public static final Option<String> DISTRIBUTED_TRACING_SERVICE_NAME =
      works("distributed-tracing-service-name", TEXT, "etcd", "Service name of traces.");
  public static final Option<String> DISTRIBUTED_TRACING_INSTANCE_ID =
      works("distributed-tracing-instance-id", TEXT, "", "Instance id of traces.");
  public static final Option<Integer> DISTRIBUTED_TRACING_SAMPLING_RATE =
      works(
          "distributed-tracing-sampling-rate",
          INT,
          "0",
          "Traces begun here, per million calls; callers that trace decide for themselves.");

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
}
