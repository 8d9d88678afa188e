package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValidationTest {

  private static Configuration load(String... arguments) {
    return ConfigurationLoader.load(CommandLine.parse(arguments), Map.of());
  }

  private static Optional<String> problem(Configuration configuration) {
    return Validation.bootstrapProblem(configuration, configuration.initialCluster());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--election-timeout=499|--election-timeout[499ms] should be at least as 5 times as"
            + " --heartbeat-interval[100ms]",
        "--election-timeout=50001|--election-timeout[50001ms] is too long, and should be set less"
            + " than 50000ms",
        "--election-timeout=0|--election-timeout must be >0 (set to 0ms)",
        "--heartbeat-interval=-1|--heartbeat-interval must be >0 (set to -1ms)",
        "--listen-client-urls=http://127.0.0.1:1|--advertise-client-urls is required when"
            + " --listen-client-urls is set explicitly",
        "--listen-peer-urls=http://example.com:1|expected IP in URL for binding"
            + " (http://example.com:1)",
        "--listen-peer-urls=https://127.0.0.1:1|cannot listen on TLS for 127.0.0.1:1: KeyFile and"
            + " CertFile are not presented",
        "--listen-metrics-urls=https://127.0.0.1:1|client TLS key/cert (--cert-file, --key-file)"
            + " must be provided for metrics secure url https://127.0.0.1:1",
        "--listen-client-http-urls=https://127.0.0.1:1|TLS key/cert (--cert-file, --key-file) must"
            + " be provided for client url https://127.0.0.1:1 with HTTPS scheme",
        "--cert-file=a|KeyFile and CertFile must both be present[key: , cert: a]",
        "--peer-key-file=b|KeyFile and CertFile must both be present[key: b, cert: ]",
        "--enable-log-rotation|--log-outputs requires a single file path when"
            + " --log-rotate-config-json is defined",
        "--log-rotation-config-json={|invalid value \"{\" for flag -log-rotation-config-json:"
            + " improperly formatted log rotation config: no JSON",
        "--tls-min-version=TLS1.3 --tls-max-version=TLS1.2|min version (TLS1.3) is greater than"
            + " max version (TLS1.2)",
        "--tls-min-version=TLS1.3 --cipher-suites=TLS_AES_128_GCM_SHA256|cipher suites cannot be"
            + " configured when only TLS1.3 is enabled",
        "--peer-cert-allowed-cn=a --peer-cert-allowed-hostname=b|AllowedCNs and AllowedHostnames"
            + " are mutually exclusive (cns=[a], hostnames=[b])",
        "--discovery-srv=example.org --initial-cluster=a=http://127.0.0.1:1|multiple discovery or"
            + " bootstrap flags are set. Choose one of \"initial-cluster\", \"discovery\","
            + " \"discovery-endpoints\" or \"discovery-srv\"",
        "--discovery-token=t --discovery-endpoints=a:1 --discovery-srv=example.org|multiple"
            + " discovery or bootstrap flags are set. Choose one of \"initial-cluster\","
            + " \"discovery\", \"discovery-endpoints\" or \"discovery-srv\"",
        "--discovery-token=t|both --discovery-token and --discovery-endpoints must be set",
        "--discovery-endpoints=a:1|both --discovery-token and --discovery-endpoints must be set",
        "--enable-distributed-tracing --distributed-tracing-sampling-rate=-1|distributed tracing"
            + " configurition is not valid: (tracing sampling rate must be positive)",
        "--enable-distributed-tracing --distributed-tracing-sampling-rate=1000001|distributed"
            + " tracing configurition is not valid: (tracing sampling rate must be less than"
            + " 1000000)",
        "--max-learners=-1|--max-learners must be at least 0 (set to -1)",
        "--name=|--name must not be empty"
      })
  void refusesInEtcdsWords(String argument, String message) {
    assertThatThrownBy(() -> load(argument.split(" "))).hasMessage(message);
  }

  @Test
  void bordersAreAllowed() {
    assertThat(load("--election-timeout=500").get(MemberOptions.ELECTION_TIMEOUT)).isEqualTo(500);
    load("--election-timeout=50000");
    load("--max-learners=0");
    load("--enable-distributed-tracing", "--distributed-tracing-sampling-rate=1000000");
    load("--distributed-tracing-sampling-rate=-1"); // looked at only when tracing is on
    load("--listen-client-urls=http://localhost:2379");
    load("--listen-peer-urls=http://[::1]:2380,http://:2381");
  }

  @Test
  void advertisedPeerUrlsMustMatchTheInitialCluster() {
    assertThat(
            problem(
                load(
                    "--name=a",
                    "--initial-cluster=a=http://127.0.0.1:1,b=http://127.0.0.1:2",
                    "--initial-advertise-peer-urls=http://127.0.0.1:3")))
        .contains(
            "--initial-cluster has a=http://127.0.0.1:1 but missing from"
                + " --initial-advertise-peer-urls=a=http://127.0.0.1:3");
    assertThat(
            problem(
                load(
                    "--name=a",
                    "--initial-cluster=a=http://127.0.0.1:1",
                    "--initial-advertise-peer-urls=http://127.0.0.1:1,http://127.0.0.1:3")))
        .contains(
            "--initial-advertise-peer-urls has a=http://127.0.0.1:1,a=http://127.0.0.1:3 but"
                + " missing from --initial-cluster=a=http://127.0.0.1:1");
    assertThat(problem(load("--name=c", "--initial-cluster=a=http://127.0.0.1:1")))
        .contains("couldn't find local name \"c\" in the initial cluster configuration");
  }

  @Test
  void hostNamesAreResolvedBeforeComparing() {
    assertThat(
            problem(
                load(
                    "--initial-cluster=default=http://localhost:2380",
                    "--initial-advertise-peer-urls=http://127.0.0.1:2380")))
        .isEmpty();
    assertThat(problem(load())).isEmpty();
  }
}
