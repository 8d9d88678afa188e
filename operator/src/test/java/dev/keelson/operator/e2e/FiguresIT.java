package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.keelson.operator.api.v1alpha1.MemberStatus;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How long changes take and what the operator costs. Runs when {@code -Doperator.figures=FILE}
 * names a file for the results, one line for each test, on an idle machine; it decides nothing.
 */
@ExtendWith(OnKubernetes.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FiguresIT {
  private static final @Nullable String FILE = System.getProperty("operator.figures");
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String NAME = "measured";
  private static final int KEYS = 100_000;
  private static final int IDLE_CLUSTERS = 20;
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final Kubernetes kubernetes;
  private final Map<String, Object> figures = new LinkedHashMap<>();

  FiguresIT(Kubernetes kubernetes) {
    this.kubernetes = kubernetes;
  }

  private void timed(String name, Runnable change) {
    long begun = System.nanoTime();
    change.run();
    figures.put(name + "Seconds", seconds(Duration.ofNanos(System.nanoTime() - begun)));
  }

  private static double seconds(Duration time) {
    return Math.round(time.toMillis() / 100.0) / 10.0;
  }

  private void loaded(String name, Runnable change) {
    try (Client client = kubernetes.connect(NAME);
        Load load = new Load(name, () -> kubernetes.connect(NAME))) {
      timed(name, change);
      Load.Summary summary = load.end(client);
      figures.put(name + "Acknowledged", summary.acknowledged());
      figures.put(name + "Failed", 0); // else it would not have come here
      figures.put(name + "LongestSeconds", seconds(summary.longest()));
    }
  }

  @BeforeAll
  void isAskedFor() {
    assumeTrue(FILE != null, "figures are not asked for");
  }

  @BeforeEach
  void begin() {
    figures.clear();
    figures.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    figures.put("processors", Runtime.getRuntime().availableProcessors());
  }

  @AfterEach
  void write() throws IOException {
    String line = new KubernetesSerialization().asJson(figures);
    System.out.println(line);
    Files.writeString(
        Path.of(Objects.requireNonNull(FILE)),
        line + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Test
  void whatChangesTake() {
    timed(
        "applyToAvailable",
        () -> {
          kubernetes.create(NAME, "repair: {diskLossGraceSeconds: 1}\n");
          kubernetes.await(
              NAME, LIMIT, c -> c.getStatus() != null && Kubernetes.is(c, "Available"));
        });
    timed("availableToThreeVoters", () -> kubernetes.awaitVoters(NAME, 3, LIMIT));
    loaded(
        "threeToFive",
        () -> {
          kubernetes.scale(NAME, 5);
          kubernetes.awaitVoters(NAME, 5, LIMIT);
        });
    loaded(
        "fiveToThree",
        () -> {
          kubernetes.scale(NAME, 3);
          kubernetes.awaitVoters(NAME, 3, LIMIT);
        });
    loaded(
        "roll",
        () -> {
          kubernetes.patch(NAME, "{\"image\": \"keelson:0.1.1\"}");
          kubernetes.awaitVoters(NAME, 3, LIMIT);
        });
    loaded("rotation", () -> kubernetes.replaceAuthorities(NAME, LIMIT));
    try (Client client = kubernetes.connect(NAME)) {
      client.fill("filled/", KEYS);
    }
    figures.put("keysInTheStore", KEYS);
    long lost =
        kubernetes.cluster(NAME).getStatus().members().stream()
            .filter(member -> member.role().equals("Voter"))
            .mapToLong(MemberStatus::serial)
            .max()
            .orElseThrow();
    loaded(
        "lostDisk",
        () -> {
          for (List<String> words :
              List.of(
                  List.of("pvc", "data-" + NAME + "-" + lost), List.of("pod", NAME + "-" + lost))) {
            kubernetes.kubectl(
                "-n", Kubernetes.NAMESPACE, "delete", words.get(0), words.get(1), "--wait=false");
          }
          kubernetes.await(
              NAME,
              LIMIT,
              c -> c.getStatus().members().stream().noneMatch(m -> m.serial() == lost));
          kubernetes.awaitVoters(NAME, 3, LIMIT);
        });
    kubernetes.destroy(NAME);
  }

  /** Of one running member each, since this machine could not run three times as many. */
  @Test
  void whatTheOperatorTakesWithNothingToDo() throws IOException {
    List<String> names = IntStream.range(0, IDLE_CLUSTERS).mapToObj(i -> "idle-" + i).toList();
    kubernetes.apply(
        names.stream()
            .map(name -> Kubernetes.manifest(name, "replicas: 1\n"))
            .collect(Collectors.joining("---\n")));
    names.forEach(name -> kubernetes.awaitVoters(name, 1, LIMIT));
    Path process = Path.of("/proc", kubernetes.operatorProcess());
    double before = processorSeconds(process);
    Kubernetes.pause(IDLE);
    figures.put("idleClusters", IDLE_CLUSTERS);
    figures.put("idleMembers", IDLE_CLUSTERS);
    figures.put(
        "idleCpuPercent",
        Math.round((processorSeconds(process) - before) / IDLE.toSeconds() * 1000) / 10.0);
    figures.put("idleResidentMiB", residentMiB(process));
    kubernetes.kubectl("-n", Kubernetes.NAMESPACE, "delete", "kc", "--all", "--timeout=55s");
    names.forEach(kubernetes::removeLeftovers);
    assertThat(figures).as("what was measured").containsKey("idleCpuPercent");
  }

  private static double processorSeconds(Path process) throws IOException {
    String[] fields = Files.readString(process.resolve("stat")).split(" ", -1);
    return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / 100.0; // user, system
  }

  private static long residentMiB(Path process) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }
}
