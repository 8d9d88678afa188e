package dev.keelson.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationLoaderTest {

  private static Configuration load(Map<String, String> environment, String... arguments) {
    return ConfigurationLoader.load(CommandLine.parse(arguments), environment);
  }

  private static List<String> notices(Configuration configuration) {
    return configuration.notices().stream().map(Configuration.Notice::message).toList();
  }

  @Test
  void defaultsAreEtcds() {
    Configuration c = load(Map.of());
    assertThat(c.get(MemberOptions.NAME)).isEqualTo("default");
    assertThat(c.dataDir()).isEqualTo(Path.of("default.keelson"));
    assertThat(c.get(MemberOptions.SNAPSHOT_COUNT)).isEqualTo(10_000);
    assertThat(c.get(ServingOptions.MAX_CONCURRENT_STREAMS)).isEqualTo(4_294_967_295L);
    assertThat(c.get(ServingOptions.GRPC_KEEPALIVE_INTERVAL)).isEqualTo(Duration.ofHours(2));
    assertThat(c.initialCluster()).hasToString("default=http://localhost:2380");
    assertThat(c.notices()).isEmpty();
  }

  @Test
  void dataDirAndClusterFollowTheName() {
    Configuration c =
        load(Map.of(), "--name=m1", "--initial-advertise-peer-urls=http://10.0.0.1:2380");
    assertThat(c.dataDir()).isEqualTo(Path.of("m1.keelson"));
    assertThat(c.initialCluster()).hasToString("m1=http://10.0.0.1:2380");
  }

  @Test
  void environmentSetsOptions() {
    Configuration c =
        load(
            Map.of(
                "ETCD_NAME", "env",
                "ETCD_LISTEN_CLIENT_URLS", "http://127.0.0.1:1,http://[::1]:2",
                "ETCD_ADVERTISE_CLIENT_URLS", "http://example.com:1",
                "ETCD_UNSAFE_NO_FSYNC", "true",
                "ETCD_WAL_DIR", "",
                "ETCDCTL_API", "3",
                "PATH", "/bin"));
    assertThat(c.get(MemberOptions.NAME)).isEqualTo("env");
    assertThat(c.get(ServingOptions.LISTEN_CLIENT_URLS))
        .containsExactly(Url.parse("http://127.0.0.1:1"), Url.parse("http://[::1]:2"));
    assertThat(c.get(MemberOptions.UNSAFE_NO_FSYNC)).isTrue();
    assertThat(c.notices()).isEmpty();
  }

  @Test
  void flagAndEnvironmentTogetherAreFatal() {
    assertThatThrownBy(() -> load(Map.of("ETCD_NAME", "env"), "--name=flag"))
        .isInstanceOfSatisfying(
            ConfigurationException.class,
            e -> {
              assertThat(e.getMessage())
                  .isEqualTo(
                      "conflicting environment variable is shadowed by corresponding command-line"
                          + " flag (either unset environment variable or disable flag))");
              assertThat(e.exitStatus()).isEqualTo(1);
              assertThat(e.fields()).containsEntry("environment-variable", "ETCD_NAME");
            });
  }

  @Test
  void unknownVariableIsAWarning() {
    Configuration c = load(Map.of("ETCD_NMAE", "x", "ETCD_UNSUPPORTED_ARCH", "arm"));
    assertThat(notices(c)).containsExactly("unrecognized environment variable");
    assertThat(c.notices().getFirst().fields())
        .containsEntry("environment-variable", "ETCD_NMAE=x");
  }

  @Test
  void badValuesAreRefusedInGosWords() {
    assertThatThrownBy(() -> load(Map.of(), "--max-txn-ops=many"))
        .hasMessage("invalid value \"many\" for flag -max-txn-ops: parse error");
    assertThatThrownBy(() -> load(Map.of(), "--pre-vote=maybe"))
        .hasMessage("invalid boolean value \"maybe\" for -pre-vote: parse error");
    assertThatThrownBy(() -> load(Map.of(), "--initial-cluster-state=old"))
        .hasMessage("invalid value \"old\" for flag -initial-cluster-state: invalid value \"old\"");
    assertThatThrownBy(() -> load(Map.of(), "--v2-deprecation=soon"))
        .hasMessage("invalid value \"soon\" for flag -v2-deprecation: invalid value \"soon\"");
    assertThatThrownBy(() -> load(Map.of(), "--max-txn-ops=99999999999"))
        .hasMessageContaining("value out of range");
  }

  @Test
  void ignoredOptionIsAWarningAndItsDefaultIsNot() {
    assertThat(notices(load(Map.of(), "--max-wals=7")))
        .containsExactly("option is accepted but has no effect");
    assertThat(load(Map.of(), "--max-wals=5").notices()).isEmpty();
  }

  @Test
  void missingFeatureIsRefusedUnlessOnlyTheDefaultIsAskedFor() {
    assertThatThrownBy(() -> load(Map.of(), "--enable-distributed-tracing=true"))
        .hasMessageStartingWith("--enable-distributed-tracing is not supported yet: ");
    assertThat(load(Map.of(), "--enable-distributed-tracing=false").notices()).isEmpty();
  }

  @Test
  void experimentalSpellingSetsThePlainOption() {
    Configuration c =
        load(
            Map.of("ETCD_EXPERIMENTAL_COMPACTION_BATCH_LIMIT", "77"),
            "--experimental-watch-progress-notify-interval=5s",
            "--experimental-initial-corrupt-check=true",
            "--experimental-compact-hash-check-enabled");
    assertThat(c.get(MemberOptions.WATCH_PROGRESS_NOTIFY_INTERVAL))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(c.get(MemberOptions.COMPACTION_BATCH_LIMIT)).isEqualTo(77);
    FeatureGates gates = c.get(MemberOptions.FEATURE_GATES);
    assertThat(gates.isEnabled(FeatureGates.Gate.InitialCorruptCheck)).isTrue();
    assertThat(gates.isEnabled(FeatureGates.Gate.CompactHashCheck)).isTrue();
    assertThat(gates.isEnabled(FeatureGates.Gate.LeaseCheckpoint)).isFalse();
    assertThat(notices(c)).hasSize(4).allMatch(message -> message.startsWith("deprecated flag"));
  }

  @Test
  void configFileReplacesFlagsAndEnvironment(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("etcd.yaml");
    Files.writeString(
        file,
        """
        name: from-file
        heartbeat-interval: 50
        grpc-keepalive-min-time: 7000000000
        compaction-sleep-interval: 20ms
        listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2
        advertise-client-urls: http://127.0.0.1:1
        log-outputs: [stderr]
        feature-gates: LeaseCheckpoint=true
        pre-vote: false
        wal-dir: ''
        client-transport-security:
          cert-file: ''
          client-cert-auth: false
        peer-transport-security:
          auto-tls: false
        nmae: typo
        """);
    Configuration c =
        load(
            Map.of("ETCD_NAME", "env", "ETCD_WHAT", "x"),
            "--config-file=" + file,
            "--name=flag",
            "--max-txn-ops=1");
    assertThat(c.get(MemberOptions.NAME)).isEqualTo("from-file");
    assertThat(c.get(MemberOptions.HEARTBEAT_INTERVAL)).isEqualTo(50);
    assertThat(c.get(ServingOptions.GRPC_KEEPALIVE_MIN_TIME)).isEqualTo(Duration.ofSeconds(7));
    assertThat(c.get(MemberOptions.COMPACTION_SLEEP_INTERVAL)).isEqualTo(Duration.ofMillis(20));
    assertThat(c.get(ServingOptions.LISTEN_CLIENT_URLS)).hasSize(2);
    assertThat(c.get(ServingOptions.LOG_OUTPUTS)).containsExactly("stderr");
    assertThat(c.get(MemberOptions.PRE_VOTE)).isFalse();
    assertThat(c.get(ServingOptions.MAX_TXN_OPS)).isEqualTo(128);
    assertThat(c.get(MemberOptions.FEATURE_GATES).isEnabled(FeatureGates.Gate.LeaseCheckpoint))
        .isTrue();
    assertThat(c.notices()).hasSize(1);
    assertThat(c.notices().getFirst().fields()).containsEntry("nearest", "name");
  }

  @Test
  void configFileMayComeFromTheEnvironmentAndMayBeJson(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("etcd.json");
    Files.writeString(file, "{\"name\": \"json\", \"quota-backend-bytes\": 4294967296}");
    Configuration c = load(Map.of("ETCD_CONFIG_FILE", file.toString()));
    assertThat(c.get(MemberOptions.NAME)).isEqualTo("json");
    assertThat(c.get(MemberOptions.QUOTA_BACKEND_BYTES)).isEqualTo(4_294_967_296L);
  }

  @Test
  void nestedBlocksSetTheirFlags(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("tls.yaml");
    Files.writeString(
        file,
        """
        client-transport-security:
          cert-file: c.pem
          key-file: k.pem
          client-cert-auth: true
          trusted-ca-file: ca.pem
          auto-tls: true
          allowed-hostnames: [h]
        peer-transport-security:
          cert-file: pc.pem
          key-file: pk.pem
          trusted-ca-file: pca.pem
          allowed-cns: [a, b]
          skip-client-san-verification: true
        """);
    Configuration c = load(Map.of(), "--config-file", file.toString());
    assertThat(c.get(SecurityOptions.CERT_FILE)).isEqualTo("c.pem");
    assertThat(c.get(SecurityOptions.KEY_FILE)).isEqualTo("k.pem");
    assertThat(c.get(SecurityOptions.CLIENT_CERT_AUTH)).isTrue();
    assertThat(c.get(SecurityOptions.TRUSTED_CA_FILE)).isEqualTo("ca.pem");
    assertThat(c.get(SecurityOptions.AUTO_TLS)).isTrue();
    assertThat(c.get(SecurityOptions.CLIENT_CERT_ALLOWED_HOSTNAME)).containsExactly("h");
    assertThat(c.get(SecurityOptions.PEER_CERT_FILE)).isEqualTo("pc.pem");
    assertThat(c.get(SecurityOptions.PEER_KEY_FILE)).isEqualTo("pk.pem");
    assertThat(c.get(SecurityOptions.PEER_TRUSTED_CA_FILE)).isEqualTo("pca.pem");
    assertThat(c.get(SecurityOptions.PEER_CERT_ALLOWED_CN)).containsExactly("a", "b");
    assertThat(c.get(SecurityOptions.PEER_SKIP_CLIENT_SAN_VERIFICATION)).isTrue();
  }

  @Test
  void unreadableConfigFileIsNamed(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("none.yaml");
    assertThatThrownBy(() -> load(Map.of(), "--config-file=" + missing))
        .hasMessage("config file " + missing + ": cannot be read");
    Path list = folder.resolve("list.yaml");
    Files.writeString(list, "- a\n");
    assertThatThrownBy(() -> load(Map.of(), "--config-file=" + list))
        .hasMessage("config file " + list + ": is not a map of options");
  }

  @Test
  void shownValuesAreLoggable() {
    Map<String, Object> shown =
        load(Map.of(), "--snapshot-catchup-entries=1000", "--grpc-keepalive-timeout=90s").shown();
    assertThat(shown)
        .containsEntry("snapshot-catchup-entries", 1000L)
        .containsEntry("v2-deprecation", "write-only")
        .containsEntry("grpc-keepalive-timeout", "1m30s")
        .containsEntry("listen-peer-urls", List.of("http://localhost:2380"))
        .doesNotContainKeys("help", "version", "discovery-password");
  }
}
