package dev.keelson.bench.load;

import dev.keelson.bench.h2.Call;
import dev.keelson.bench.h2.CallListener;
import dev.keelson.bench.h2.Client;
import dev.keelson.bench.h2.Connection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Puts at random keys at a fixed rate whatever the server does (open loop), on all connections in
 * turn. Latency runs from the time at which a put was due, so that a server that stalls is charged
 * for all that waited. A connection that breaks is left out from then on.
 */
public final class RateLoad implements Workload {
  private static final int DRAIN_SECONDS = 30;
  private static final int MAX_OPEN = 200_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final Client client;
  private final long intervalNanos;
  private final PutOperation puts;
  private final Stats stats;
  private final Thread sender = Thread.ofPlatform().daemon().name("rate").unstarted(this::send);
  private final CountDownLatch drained = new CountDownLatch(1);
  private volatile boolean stopping;

  private int connection;
  private int open;
  private boolean ended;
  private long lastSuccessNanos;
  private long longestGapNanos;

  /**
   * @param perSecond puts in each second, evenly spread; from 1 to 100,000
   * @param keys keys the server has been loaded with
   * @param valueBytes size of values; at least 8
   */
  public RateLoad(Client client, int perSecond, int keys, int valueBytes, long seed, Stats stats) {
    this.client = client;
    this.intervalNanos = (long) (NANOS_PER_SECOND / perSecond);
    this.puts = PutOperation.random(keys, new Data(valueBytes, seed));
    this.stats = stats;
  }

  @Override
  public void start() {
    sender.start();
  }

  private void send() {
    long due = System.nanoTime();
    while (!stopping) {
      long first = due;
      long now = System.nanoTime();
      while (due - now <= 0) {
        due += intervalNanos;
      }
      long end = due;
      if (first != end) {
        client.loop().execute(() -> put(first, end));
      }
      LockSupport.parkNanos(due - System.nanoTime());
    }
    client.loop().execute(this::end);
  }

  private void put(long firstDue, long end) {
    for (long due = firstDue; end - due > 0; due += intervalNanos) {
      Connection next = nextConnection();
      if (next == null) {
        stats.error("no connection is left");
      } else if (open == MAX_OPEN) {
        stats.error("not sent: too many are unanswered");
      } else {
        open++;
        ProtoWriter request = Objects.requireNonNull(puts.request(0), "random puts do not end");
        Call call = new Call(new Put(due));
        next.start(call, puts.path(), request.array(), 0, request.length(), true);
      }
    }
  }

  private @Nullable Connection nextConnection() {
    List<Connection> all = client.connections();
    for (int tried = 0; tried < all.size(); tried++) {
      connection = (connection + 1) % all.size();
      if (!all.get(connection).isClosed()) {
        return all.get(connection);
      }
    }
    return null;
  }

  /**
   * The longest time, in seconds, without an acknowledged put since the last call of this method
   * (the first call begins the measuring). Not to be called on the loop's thread.
   */
  public double takeLongestGapSeconds() throws InterruptedException {
    CountDownLatch taken = new CountDownLatch(1);
    double[] gap = new double[1];
    client
        .loop()
        .execute(
            () -> {
              long now = System.nanoTime();
              long open = lastSuccessNanos == 0 ? 0 : now - lastSuccessNanos;
              gap[0] = Math.max(longestGapNanos, open) / NANOS_PER_SECOND;
              longestGapNanos = 0;
              lastSuccessNanos = now;
              taken.countDown();
            });
    return taken.await(DRAIN_SECONDS, TimeUnit.SECONDS) ? gap[0] : Double.NaN;
  }

  @Override
  public void finish() throws InterruptedException {
    stopping = true;
    if (!drained.await(DRAIN_SECONDS, TimeUnit.SECONDS)) {
      stats.error("puts unanswered");
    }
  }

  private void end() {
    ended = true;
    if (open == 0) {
      drained.countDown();
    }
  }

  private final class Put implements CallListener {
    private final long dueNanos;
    private @Nullable String problem = "no response message";

    Put(long dueNanos) {
      this.dueNanos = dueNanos;
    }

    @Override
    public void onMessage(Call call, byte[] bytes, int offset, int length) {
      problem = puts.problem(0, bytes, offset, offset + length);
    }

    @Override
    public void onClose(Call call, int status, @Nullable String message) {
      open--;
      if (status != 0) {
        stats.error("status " + status + (message == null ? "" : ": " + message));
      } else if (problem != null) {
        stats.error(problem);
      } else {
        long now = System.nanoTime();
        longestGapNanos = Math.max(longestGapNanos, now - lastSuccessNanos);
        lastSuccessNanos = now;
        stats.success(now - dueNanos);
      }
      if (ended && open == 0) {
        drained.countDown();
      }
    }
  }
}
