package dev.keelson.server.config;

import static dev.keelson.server.config.Option.ignored;
import static dev.keelson.server.config.Option.works;
import static dev.keelson.server.config.OptionType.DURATION;
import static dev.keelson.server.config.OptionType.INT;
import static dev.keelson.server.config.OptionType.LIST;
import static dev.keelson.server.config.OptionType.ROTATION;
import static dev.keelson.server.config.OptionType.SWITCH;
import static dev.keelson.server.config.OptionType.UINT32;
import static dev.keelson.server.config.OptionType.URLS;
import static dev.keelson.server.config.OptionType.oneOf;

import java.time.Duration;
import java.util.List;

/** Options of listeners, gRPC, HTTP and logging. */
public final class ServingOptions {

  public static final Option<List<Url>> LISTEN_PEER_URLS =
      works("listen-peer-urls", URLS, "http://localhost:2380", "URLs to listen on for peers.");
  public static final Option<List<Url>> LISTEN_CLIENT_URLS =
      works(
          "listen-client-urls",
          URLS,
          "http://localhost:2379",
          "URLs to listen on for clients, gRPC and HTTP.");
  public static final Option<List<Url>> LISTEN_CLIENT_HTTP_URLS =
      works("listen-client-http-urls", URLS, "", "Separate URLs for HTTP clients only.");
  public static final Option<List<Url>> LISTEN_METRICS_URLS =
      works("listen-metrics-urls", URLS, "", "More URLs to answer metrics and health on.");
  public static final Option<List<Url>> ADVERTISE_CLIENT_URLS =
      works(
          "advertise-client-urls",
          URLS,
          "http://localhost:2379",
          "Client URLs published to the cluster.");
  public static final Option<Integer> MAX_REQUEST_BYTES =
      works("max-request-bytes", INT, "1572864", "Largest request in bytes.");
  public static final Option<Integer> MAX_TXN_OPS =
      works("max-txn-ops", INT, "128", "Most operations in a transaction.");
  public static final Option<Long> MAX_CONCURRENT_STREAMS =
      works(
          "max-concurrent-streams",
          UINT32,
          "4294967295",
          "Most streams a client may open on a connection.");
  public static final Option<Duration> GRPC_KEEPALIVE_MIN_TIME =
      works(
          "grpc-keepalive-min-time", DURATION, "5s", "A client may not ping more often than this.");
  public static final Option<Duration> GRPC_KEEPALIVE_INTERVAL =
      works(
          "grpc-keepalive-interval",
          DURATION,
          "2h",
          "The server pings an idle connection this often; 0 is off.");
  public static final Option<Duration> GRPC_KEEPALIVE_TIMEOUT =
      works(
          "grpc-keepalive-timeout",
          DURATION,
          "20s",
          "An unanswered ping closes the connection after this.");
  public static final Option<Boolean> SOCKET_REUSE_PORT =
      works("socket-reuse-port", SWITCH, "false", "Set SO_REUSEPORT on listeners.");
  public static final Option<Boolean> SOCKET_REUSE_ADDRESS =
      works(
          "socket-reuse-address",
          SWITCH,
          "false",
          "Set SO_REUSEADDR on listeners (always so here).");
  public static final Option<Boolean> ENABLE_GRPC_GATEWAY =
      works("enable-grpc-gateway", SWITCH, "true", "Serve the JSON gateway.");
  public static final Option<Duration> RAFT_READ_TIMEOUT =
      works("raft-read-timeout", DURATION, "5s", "A silent peer connection ends after this.");
  public static final Option<Duration> RAFT_WRITE_TIMEOUT =
      works(
          "raft-write-timeout",
          DURATION,
          "5s",
          "The same for one that takes nothing; the shorter of the two decides.");
  public static final Option<List<String>> CORS =
      works("cors", LIST, "*", "Origins that may use the HTTP endpoints.");
  public static final Option<List<String>> HOST_WHITELIST =
      works("host-whitelist", LIST, "*", "Host headers accepted over plain HTTP.");
  public static final Option<Boolean> ENABLE_PPROF =
      ignored(
          "enable-pprof",
          SWITCH,
          "false",
          "Serve Go's profiles under /debug/pprof.",
          "a JVM has other profilers, for example jcmd and JFR");
  public static final Option<String> METRICS =
      works("metrics", oneOf("basic", "extensive"), "basic", "Detail of the metrics.");

  public static final Option<String> LOG_LEVEL =
      works(
          "log-level",
          oneOf("debug", "info", "warn", "error", "dpanic", "panic", "fatal"),
          "info",
          "Least severe level that is logged.");
  public static final Option<String> LOG_FORMAT =
      works("log-format", oneOf("json", "console"), "json", "Form of the log lines.");
  public static final Option<List<String>> LOG_OUTPUTS =
      works(
          "log-outputs", LIST, "default", "stderr, stdout or paths of files (default is stderr).");
  public static final Option<String> LOGGER =
      works("logger", oneOf("zap"), "zap", "Name of the log format's family; only zap.");
  public static final Option<Boolean> ENABLE_LOG_ROTATION =
      works("enable-log-rotation", SWITCH, "false", "Rotate the log file.");
  public static final Option<LogRotation> LOG_ROTATION_CONFIG_JSON =
      works(
          "log-rotation-config-json",
          ROTATION,
          LogRotation.DEFAULT.toString(),
          "Settings of log rotation.");

  static final List<Option<?>> ALL =
      List.of(
          LISTEN_PEER_URLS,
          LISTEN_CLIENT_URLS,
          LISTEN_CLIENT_HTTP_URLS,
          LISTEN_METRICS_URLS,
          ADVERTISE_CLIENT_URLS,
          MAX_REQUEST_BYTES,
          MAX_TXN_OPS,
          MAX_CONCURRENT_STREAMS,
          GRPC_KEEPALIVE_MIN_TIME,
          GRPC_KEEPALIVE_INTERVAL,
          GRPC_KEEPALIVE_TIMEOUT,
          SOCKET_REUSE_PORT,
          SOCKET_REUSE_ADDRESS,
          ENABLE_GRPC_GATEWAY,
          RAFT_READ_TIMEOUT,
          RAFT_WRITE_TIMEOUT,
          CORS,
          HOST_WHITELIST,
          ENABLE_PPROF,
          METRICS,
          LOG_LEVEL,
          LOG_FORMAT,
          LOG_OUTPUTS,
          LOGGER,
          ENABLE_LOG_ROTATION,
          LOG_ROTATION_CONFIG_JSON);

  private ServingOptions() {}
}
