package dev.keelson.bench.load;

import dev.keelson.bench.h2.Call;
import dev.keelson.bench.h2.CallListener;
import dev.keelson.bench.h2.Client;
import dev.keelson.bench.h2.Connection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fan-out: many watchers of one key, and a writer that keeps a fixed number of puts ahead of the
 * slowest total delivery. An operation is one event delivered to one watcher; its latency runs from
 * sending the put to parsing the event. Every watcher must see every put, in revision order.
 */
final class WatchLoad implements Workload {
  private static final byte[] KEY = {'w', 'a', 't', 'c', 'h', 'e', 'd', '0'};
  private static final int WAIT_SECONDS = 30;

  private final Client client;
  private final int puts;
  private final Data data;
  private final Stats stats;
  private final List<Watcher> watchers = new ArrayList<>();
  private final CountDownLatch created;
  private final CountDownLatch drained = new CountDownLatch(1);
  private final ProtoWriter request = new ProtoWriter();
  private final Writes writes = new Writes();

  private long putsSent;
  private long putsAnswered;
  private long delivered;
  private boolean started;
  private boolean stopping;

  /**
   * @param watchers streams in all, spread over all connections but the last, which writes
   * @param puts puts that may be sent before the first of them has reached every watcher
   */
  WatchLoad(Client client, int watchers, int puts, Data data, Stats stats) {
    this.client = client;
    this.puts = puts;
    this.data = data;
    this.stats = stats;
    this.created = new CountDownLatch(watchers);
    List<Connection> connections = client.connections();
    for (int i = 0; i < watchers; i++) {
      this.watchers.add(new Watcher(connections.get(i % (connections.size() - 1))));
    }
  }

  @Override
  public void prepare() throws IOException, InterruptedException {
    client.loop().execute(this::openStreams);
    if (!created.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("watches not created: " + created.getCount() + " " + stats.errors());
    }
  }

  private void openStreams() {
    ProtoWriter create = new ProtoWriter().bytes(1, KEY);
    byte[] message = new ProtoWriter().message(1, create).array();
    int length = new ProtoWriter().message(1, create).length();
    for (Watcher watcher : watchers) {
      watcher.connection.start(watcher.call, Methods.WATCH, message, 0, length, false);
    }
  }

  @Override
  public void start() {
    client
        .loop()
        .execute(
            () -> {
              started = true;
              write();
            });
  }

  private void write() {
    Connection writer = client.connections().getLast();
    while (started
        && !stopping
        && !writer.isClosed()
        && putsSent * watchers.size() - delivered < (long) puts * watchers.size()) {
      request.clear().bytes(1, KEY).bytes(2, data.valueStartingWith(System.nanoTime()));
      putsSent++;
      writer.start(new Call(writes), Methods.PUT, request.array(), 0, request.length(), true);
    }
    if (stopping && putsAnswered == putsSent && delivered >= putsSent * watchers.size()) {
      drained.countDown();
    }
  }

  @Override
  public void finish() throws InterruptedException {
    client
        .loop()
        .execute(
            () -> {
              stopping = true;
              write();
            });
    if (!drained.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      CountDownLatch counted = new CountDownLatch(1);
      client
          .loop()
          .execute(
              () -> {
                countMissing();
                counted.countDown();
              });
      counted.await(WAIT_SECONDS, TimeUnit.SECONDS);
    }
    client.loop().execute(() -> watchers.forEach(w -> w.connection.cancel(w.call)));
  }

  private void countMissing() {
    long late = watchers.stream().filter(w -> w.seen < putsSent).count();
    stats.errors("events missing at " + late + " watchers", putsSent * watchers.size() - delivered);
  }

  private final class Writes implements CallListener {
    @Override
    public void onMessage(Call call, byte[] bytes, int offset, int length) {}

    @Override
    public void onClose(Call call, int status, @Nullable String message) {
      putsAnswered++;
      if (status != 0) {
        stats.error("put status " + status + ": " + message);
      }
      write();
    }
  }

  private final class Watcher implements CallListener {
    final Connection connection;
    final Call call = new Call(this);
    private final ProtoReader response = new ProtoReader();
    private final ProtoReader event = new ProtoReader();
    private final ProtoReader keyValue = new ProtoReader();
    private long lastRevision;
    private long seen;

    Watcher(Connection connection) {
      this.connection = connection;
    }

    @Override
    public void onMessage(Call c, byte[] bytes, int offset, int length) {
      long now = System.nanoTime();
      response.over(bytes, offset, offset + length);
      while (response.next()) {
        switch (response.field()) {
          case 3 -> created.countDown();
          case 4 -> stats.error("watch canceled");
          case 11 -> onEvent(now);
          default -> {}
        }
      }
      write();
    }

    private void onEvent(long now) {
      delivered++;
      seen++;
      event.into(response);
      while (event.next()) {
        if (event.field() == 2) {
          keyValue.into(event);
          onKeyValue(now);
        }
      }
    }

    private void onKeyValue(long now) {
      long revision = 0;
      long sentNanos = now;
      while (keyValue.next()) {
        if (keyValue.field() == 3) {
          revision = keyValue.varint();
        } else if (keyValue.field() == 5) {
          sentNanos = Data.numberAt(keyValue.array(), keyValue.start());
        }
      }
      if (revision <= lastRevision) {
        stats.error("event out of revision order");
      } else {
        stats.success(now - sentNanos);
      }
      lastRevision = revision;
    }

    @Override
    public void onClose(Call c, int status, @Nullable String message) {
      stats.error("watch ended with status " + status + ": " + message);
    }
  }
}
