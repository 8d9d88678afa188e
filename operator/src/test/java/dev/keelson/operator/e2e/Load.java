package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients that write one new key after another, and read it back, while something else happens to
 * the cluster. None of their requests may fail, and none of the writes that were acknowledged may
 * be missing afterwards.
 */
final class Load implements AutoCloseable {
  private static final int WRITERS = 2;

  private final String name;
  private final List<Writer> writers = new ArrayList<>();

  /**
   * Starts the clients.
   *
   * @param name what the keys begin with
   * @param clients makes a client
   */
  Load(String name, Supplier<Client> clients) {
    this.name = name;
    for (int i = 0; i < WRITERS; i++) {
      Writer writer = new Writer(name + "/" + i + "/", clients);
      writers.add(writer);
      writer.thread.start();
    }
  }

  /**
   * What a load was like.
   *
   * @param acknowledged writes that were answered, each of which was read again
   * @param longest the longest time that a write and its read took together, with all retries
   */
  record Summary(long acknowledged, Duration longest) {}

  /** Ends the writing; what was acknowledged must be there. */
  Summary end(Client client) {
    stop();
    for (Writer writer : writers) {
      assertThat(writer.failure).as("a request of the load failed").isNull();
    }
    List<String> keys = client.keys(name + "/", name + "0");
    List<String> missing =
        writers.stream().flatMap(writer -> writer.missing(keys).stream()).toList();
    assertThat(missing).as("acknowledged and lost").isEmpty();
    return new Summary(
        writers.stream().mapToLong(writer -> writer.acknowledged.get()).sum(),
        writers.stream().map(writer -> writer.longest).max(Duration::compareTo).orElseThrow());
  }

  private void stop() {
    for (Writer writer : writers) {
      writer.stopped = true;
    }
    for (Writer writer : writers) {
      try {
        writer.thread.join(Client.PATIENCE.multipliedBy(2));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** One client, writing in turn. */
  private static final class Writer implements Runnable {
    /** Some tens of requests a second and writer: steady, and no test of speed. */
    private static final long PAUSE_MILLIS = 20;

    private final String prefix;
    private final Supplier<Client> clients;
    private final Thread thread;
    private volatile boolean stopped;
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile Duration longest = Duration.ZERO;
    private volatile @Nullable Throwable failure;

    Writer(String prefix, Supplier<Client> clients) {
      this.prefix = prefix;
      this.clients = clients;
      this.thread = Thread.ofPlatform().name("load " + prefix).daemon().unstarted(this);
    }

    @Override
    public void run() {
      try (Client client = clients.get()) {
        while (!stopped) {
          long begun = System.nanoTime();
          String key = key(acknowledged.get());
          client.put(key, key);
          var _ = acknowledged.incrementAndGet();
          assertThat(client.get(key)).isEqualTo(key);
          Duration taken = Duration.ofNanos(System.nanoTime() - begun);
          longest = taken.compareTo(longest) > 0 ? taken : longest;
          Thread.sleep(PAUSE_MILLIS);
        }
      } catch (InterruptedException e) {
        failure = e;
        Thread.currentThread().interrupt();
      } catch (RuntimeException | AssertionError e) {
        failure = e;
      }
    }

    private String key(long number) {
      return prefix + "%08d".formatted(number);
    }

    List<String> missing(List<String> keys) {
      Set<String> there = new HashSet<>(keys);
      List<String> missing = new ArrayList<>();
      for (long i = 0; i < acknowledged.get(); i++) {
        if (!there.contains(key(i))) {
          missing.add(key(i));
        }
      }
      return missing;
    }
  }
}
