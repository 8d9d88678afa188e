package dev.keelson.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The table of metrics, the alert rules and the dashboard against a running server. */
final class MetricsTableIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$");
  private static final Pattern NAME =
      Pattern.compile("\\b(?:etcd|grpc|process|jvm|os)_[a-z_]+[a-z]\\b(?!=)");

  /** Beginnings of names that mean nothing here, and why. */
  private static final Map<String, String> NOT_OFFERED = new LinkedHashMap<>();

  static {
    NOT_OFFERED.put("etcd_debugging_disk_backend_commit_", "a phase of bbolt's commit");
    NOT_OFFERED.put("etcd_debugging_mvcc_index_compaction_", "there is no index in memory");
    NOT_OFFERED.put("etcd_debugging_snap_save_", "no snapshot files are written");
    NOT_OFFERED.put("etcd_snap_fsync_", "no snapshot files are written");
    NOT_OFFERED.put("etcd_debugging_store_", "of the v2 store, which is gone");
    NOT_OFFERED.put("etcd_grpc_proxy_", "of a proxy that is not part of the server");
    NOT_OFFERED.put(
        "etcd_debugging_server_watch_send_loop_", "watches share loops that have no such phases");
    NOT_OFFERED.put("etcd_server_request_duration_seconds", "see `grpc_server_handling_seconds`");
    NOT_OFFERED.put("etcd_network_server_stream_failures_total", "not counted");
    NOT_OFFERED.put("process_network_", "not counted");
    NOT_OFFERED.put("process_virtual_memory_max_bytes", "not counted");
  }

  private static ServerProcess server;
  private static Map<String, String> exported;

  @BeforeAll
  static void start() throws Exception {
    server = ServerProcess.started(ServerProgram.keelson().orElseThrow(), "--metrics=extensive");
    get("/readyz");
    exported = new HashMap<>();
    Matcher type = TYPE.matcher(get("/metrics"));
    while (type.find()) {
      assertThat(exported.put(type.group(1), type.group(2))).as(type.group(1)).isNull();
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + server.clientPort() + path);
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).build();
      return client.send(request, BodyHandlers.ofString()).body();
    }
  }

  @Test
  void metricsOfEtcd() throws IOException {
    GeneratedTable table = new GeneratedTable("metrics", "Metric", "Type", "State");
    for (String line : expected()) {
      String name = line.substring(0, line.indexOf(' '));
      String type = line.substring(line.indexOf(' ') + 1);
      String found = exported.get(name);
      if (found == null) {
        table.row("`" + name + "`", type, "not offered: " + reason(name));
      } else {
        assertThat(found).as("type of %s", name).isEqualTo(type);
        table.row(
            "`" + name + "`",
            type,
            name.equals("grpc_server_handling_seconds") ? "with `--metrics=extensive`" : "works");
      }
    }
    table.verify();
  }

  private static List<String> expected() throws IOException {
    try (InputStream text =
        Objects.requireNonNull(MetricsTableIT.class.getResourceAsStream("/metrics/etcd.txt"))) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }

  private static String reason(String name) {
    return NOT_OFFERED.entrySet().stream()
        .filter(each -> name.startsWith(each.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " is neither exported nor explained"));
  }

  /** What the JVM measures comes through Micrometer and stands in the same text. */
  @Test
  void metricsOfTheJvm() {
    assertThat(exported)
        .containsEntry("jvm_memory_used_bytes", "gauge")
        .containsEntry("jvm_threads_live_threads", "gauge");
  }

  @Test
  void dashboardAndRulesAskForWhatIsThere() throws IOException {
    Path folder = DocFiles.COMPATIBILITY.resolveSibling("../k8s/monitoring").normalize();
    TreeSet<String> missing = new TreeSet<>();
    int names = 0;
    for (String file : List.of("alerts.yaml", "dashboard.json")) {
      Matcher name = NAME.matcher(Files.readString(folder.resolve(file)));
      while (name.find()) {
        names++;
        String family = name.group().replaceFirst("_(bucket|sum|count)$", "");
        if (!exported.containsKey(name.group()) && !exported.containsKey(family)) {
          missing.add(name.group());
        }
      }
    }
    missing.removeAll(List.of("grpc_method", "grpc_type", "grpc_code", "grpc_service"));
    assertThat(missing).as("asked for and not exported").isEmpty();
    assertThat(names).isGreaterThan(40);
  }
}
