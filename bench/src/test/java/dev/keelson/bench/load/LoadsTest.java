package dev.keelson.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.bench.h2.Client;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every load against a server of another make: requests are understood, answers counted for what
 * they are.
 */
@Timeout(60)
class LoadsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int KEYS = 2_000;

  private FakeEtcd server = unset();

  @BeforeEach
  void start() throws IOException {
    server = new FakeEtcd();
  }

  @AfterEach
  void stop() throws InterruptedException {
    server.stop();
  }

  @ParameterizedTest
  @EnumSource(Scenario.class)
  void everyScenarioSucceeds(Scenario scenario) throws Exception {
    DataSet.load(List.of(server.address()), KEYS, 256, 1, LIMIT);
    assertThat(server.size()).isEqualTo(KEYS);
    Stats stats = new Stats();
    long successes = run(scenario, stats);
    assertThat(stats.errors()).isEmpty();
    assertThat(successes).isPositive();
    assertThat(server.leaseCount()).isZero();
  }

  @Test
  void valuesThatExceedOneFrameAndTheWindowsArrive() throws Exception {
    DataSet.load(List.of(server.address()), 1_000, 100_000, 1, Duration.ofSeconds(30));
    assertThat(server.size()).isEqualTo(1_000);
    Stats stats = new Stats();
    try (Client client = Client.connect(server.address(), 2, LIMIT)) {
      RangeOperation reads = RangeOperation.oneKey(1_000, true, new Data(8, 1));
      UnaryLoad load = new UnaryLoad(client, 4, reads, stats);
      runUntilCounted(load, stats);
    }
    assertThat(stats.errors()).isEmpty();
  }

  @Test
  void refusedCallsAreErrorsWithTheirStatusAndNotSuccesses() throws Exception {
    server.refuseEvery = 10;
    Stats stats = new Stats();
    long successes;
    try (Client client = Client.connect(server.address(), 4, LIMIT)) {
      UnaryLoad load =
          new UnaryLoad(client, 5, PutOperation.eachOnce(500, new Data(256, 1)), stats);
      load.start();
      assertThat(load.awaitEnd(LIMIT.toSeconds())).isTrue();
      successes = stats.takeLatencies().getTotalCount();
    }
    assertThat(successes).isEqualTo(450);
    assertThat(stats.errors()).containsExactly(Map.entry("status 8: too many requests", 50L));
    assertThatThrownBy(() -> DataSet.load(List.of(server.address()), 500, 256, 1, LIMIT))
        .hasMessageContaining("loaded 450 of 500 keys");
  }

  @Test
  void absentKeysAreErrors() throws Exception {
    Stats stats = new Stats();
    try (Client client = Client.connect(server.address(), 1, LIMIT)) {
      RangeOperation reads = RangeOperation.oneKey(10, false, new Data(8, 1));
      UnaryLoad load = new UnaryLoad(client, 1, reads, stats);
      assertThat(runUntilCounted(load, stats)).isZero();
    }
    assertThat(stats.errors()).containsOnlyKeys("range returned a wrong number of keys: 0");
  }

  @Test
  void aConnectionThatBreaksEndsItsCallsAsUnavailable() throws Exception {
    DataSet.load(List.of(server.address()), KEYS, 256, 1, LIMIT);
    Stats stats = new Stats();
    try (Client client = Client.connect(server.address(), 3, LIMIT)) {
      UnaryLoad load = new UnaryLoad(client, 2, PutOperation.random(KEYS, new Data(8, 1)), stats);
      load.start();
      server.stop();
      assertThat(load.awaitEnd(LIMIT.toSeconds())).isTrue();
    }
    assertThat(stats.errors().keySet()).isNotEmpty().allMatch(kind -> kind.startsWith("status 1"));
  }

  private long run(Scenario scenario, Stats stats) throws Exception {
    int connections = Math.min(8, scenario.connections());
    try (Client client = Client.connect(server.address(), connections, LIMIT)) {
      Workload load = scenario.create(client, scenario.outstanding(), KEYS, 256, 7, stats);
      load.prepare();
      return runUntilCounted(load, stats);
    }
  }

  /** Runs until there is something to count, then to the end. */
  private static long runUntilCounted(Workload load, Stats stats) throws Exception {
    load.start();
    long successes = 0;
    while (successes == 0 && stats.errors().isEmpty()) {
      TimeUnit.MILLISECONDS.sleep(5);
      successes += stats.takeLatencies().getTotalCount();
    }
    load.finish();
    return successes + stats.takeLatencies().getTotalCount();
  }

  @SuppressWarnings("NullAway") // set before each test
  private static FakeEtcd unset() {
    return null;
  }
}
