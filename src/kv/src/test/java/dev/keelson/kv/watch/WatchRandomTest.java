package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Everything at once, from a seed: commits, delayed publication, both loops in any order, sinks
 * that stall, compaction, snapshots, creation and cancellation; first with faults, then without,
 * when all must arrive.
 */
class WatchRandomTest {
  private static final int SEEDS = 250;
  private static final int STEPS = 500;
  private static final int KEYS = 6;

  @Test
  void everySeedKeepsTheWatchGuarantees() {
    long events = 0;
    long progress = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Round round = new Round(seed);
      try {
        round.run();
      } catch (RuntimeException | AssertionError failure) {
        throw new AssertionError("seed " + seed, failure);
      }
      events += round.events;
      progress += round.progress;
    }
    assertThat(events).isGreaterThan(SEEDS * 100L);
    assertThat(progress).isGreaterThan(SEEDS * 5L);
  }

  private static final class Client {
    private final RecordingSink sink = new RecordingSink();
    private final StreamModel model;
    private final WatchStream stream;

    Client(WatchBench bench) {
      model = new StreamModel(bench.store);
      sink.observe(model::received);
      stream = bench.hub.open(sink);
    }
  }

  private static final class Round {
    private final Random random;
    private final WatchBench bench;
    private final List<Client> clients = new ArrayList<>();
    private final List<RevisionEvents> unpublished = new ArrayList<>();
    private final int compactionWeight;
    private long events;
    private long progress;

    Round(int seed) {
      random = new Random(seed);
      WatchSettings settings =
          new WatchSettings(
              300L + random.nextInt(20_000),
              100L + random.nextInt(5_000),
              100 + random.nextInt(400));
      bench = new WatchBench(settings, random.nextInt(30));
      compactionWeight = random.nextInt(3);
      for (int i = 0; i <= random.nextInt(4); i++) {
        clients.add(new Client(bench));
      }
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        step();
        if (!bench.failures.isEmpty()) {
          throw new AssertionError("a loop failed", bench.failures.getFirst());
        }
      }
      publish(unpublished.size());
      for (Client client : clients) {
        client.sink.resume();
        client.stream.onReady();
      }
      bench.settle();
      long watches = 0;
      for (Client client : clients) {
        client.model.assertComplete();
        watches += client.model.aliveCount();
        int before = client.model.progressResponses();
        client.stream.requestProgress();
        bench.settle();
        assertThat(client.model.progressResponses() - before)
            .isEqualTo(client.model.mustAnswerProgress() ? 1 : 0);
        retire(client);
      }
      assertThat(bench.hub.metrics().watchers()).isEqualTo(watches);
      assertThat(bench.hub.metrics().slowWatchers()).isZero();
      assertThat(bench.hub.metrics().pendingEvents()).isZero();
      assertThat(bench.hub.metrics().eventsSent()).isGreaterThanOrEqualTo(events);
    }

    private void step() {
      Client client = clients.get(random.nextInt(clients.size()));
      int dice = random.nextInt(100);
      if (dice < 25) {
        unpublished.add(bench.store.commit(changes()));
      } else if (dice < 40) {
        publish(random.nextInt(unpublished.size() + 1));
      } else if (dice < 58) {
        bench.delivery.step();
      } else if (dice < 72) {
        bench.catchUp.step();
      } else if (dice < 80) {
        WatchSpec spec = spec();
        client.model.creating(spec);
        client.stream.create(spec);
      } else if (dice < 83) {
        List<Long> ids = client.model.ids();
        client.stream.cancel(ids.isEmpty() ? 3 : ids.get(random.nextInt(ids.size())));
      } else if (dice < 87) {
        client.stream.requestProgress();
      } else if (dice < 89) {
        bench.hub.progressTick();
      } else if (dice < 92) {
        client.sink.stall(random.nextInt(2_000));
      } else if (dice < 96) {
        client.sink.drain();
        client.stream.onReady();
      } else if (dice < 96 + compactionWeight) {
        compact();
      } else if (dice == 98) {
        snapshot();
      } else if (dice == 99) {
        client.stream.close();
        retire(client);
        clients.set(clients.indexOf(client), new Client(bench));
      }
    }

    private void retire(Client client) {
      events += client.model.events();
      progress += client.model.progressResponses();
    }

    private void publish(int count) {
      List<RevisionEvents> batch = unpublished.subList(0, count);
      bench.hub.publish(List.copyOf(batch));
      batch.clear();
    }

    private void compact() {
      long from = Math.max(bench.store.compactRevision() + 1, 1);
      long current = bench.store.currentRevision();
      if (from <= current) {
        bench.compact(from + random.nextInt((int) (current - from) + 1));
      }
    }

    /** A snapshot arrives: the store jumps ahead and the revisions between are never published. */
    private void snapshot() {
      for (int i = random.nextInt(40); i > 0; i--) {
        bench.store.commit(changes());
      }
      unpublished.clear();
      bench.hub.reset();
    }

    private MemoryStore.Change[] changes() {
      List<MemoryStore.Change> changes = new ArrayList<>();
      changes.add(MemoryStore.Change.put("k" + random.nextInt(KEYS), "v" + random.nextInt(1000)));
      int first = random.nextInt(KEYS);
      for (int i = 0; i < random.nextInt(4); i++) {
        String key = "k" + (first + i) % KEYS;
        if (changes.stream().noneMatch(change -> change.key().equals(key))) {
          changes.add(
              random.nextBoolean()
                  ? MemoryStore.Change.put(key, "x".repeat(random.nextInt(200)))
                  : MemoryStore.Change.delete(key));
        }
      }
      return changes.toArray(MemoryStore.Change[]::new);
    }

    private WatchSpec spec() {
      byte[] key = MemoryStore.bytes("k" + random.nextInt(KEYS));
      byte[] end =
          switch (random.nextInt(4)) {
            case 0 -> new byte[] {0};
            case 1 -> MemoryStore.bytes("k" + random.nextInt(KEYS));
            default -> new byte[0];
          };
      long current = bench.store.currentRevision();
      long start =
          switch (random.nextInt(5)) {
            case 0, 1 -> 0;
            case 2 -> Math.max(1, current - 3 + random.nextInt(8));
            default -> 1 + random.nextInt((int) current);
          };
      return new WatchSpec(
          key,
          end,
          start,
          random.nextBoolean(),
          random.nextInt(6) == 0,
          random.nextInt(6) == 0,
          random.nextBoolean(),
          random.nextInt(8) == 0 ? 1 + random.nextInt(5) : 0,
          random.nextInt(3) == 0);
    }
  }
}
