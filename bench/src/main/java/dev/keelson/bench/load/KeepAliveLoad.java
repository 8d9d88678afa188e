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
 * Lease keep-alives as clients send them: one stream on each connection that renews several leases;
 * a lease is renewed again as soon as its renewal has been answered with a positive TTL.
 */
final class KeepAliveLoad implements Workload {
  private static final int WAIT_SECONDS = 120;

  private final Client client;
  private final int leasesEach;
  private final long firstId;
  private final Stats stats;
  private final List<Stream> streams = new ArrayList<>();
  private final ProtoWriter request = new ProtoWriter();
  private final ProtoReader response = new ProtoReader();
  private final CountDownLatch open;
  private boolean stopping;

  /**
   * @param leasesEach leases on each connection, all of them outstanding
   * @param firstId the leases are this and the following ids, which must be free
   */
  KeepAliveLoad(Client client, int leasesEach, long firstId, Stats stats) {
    this.client = client;
    this.leasesEach = leasesEach;
    this.firstId = firstId;
    this.stats = stats;
    this.open = new CountDownLatch(client.connections().size());
    long id = firstId;
    for (Connection connection : client.connections()) {
      streams.add(new Stream(connection, id));
      id += leasesEach;
    }
  }

  @Override
  public void prepare() throws IOException, InterruptedException {
    runAll(LeaseOperation.grant(firstId, streams.size() * leasesEach), "grant");
  }

  @Override
  public void start() {
    client.loop().execute(() -> streams.forEach(Stream::start));
  }

  @Override
  public void finish() throws IOException, InterruptedException {
    client.loop().execute(() -> stopping = true);
    if (!open.await(WAIT_SECONDS, TimeUnit.SECONDS)) {
      stats.errors("streams unanswered", open.getCount());
    }
    runAll(LeaseOperation.revoke(firstId, streams.size() * leasesEach), "revoke");
  }

  private void runAll(LeaseOperation operation, String what)
      throws IOException, InterruptedException {
    Stats own = new Stats();
    UnaryLoad load = new UnaryLoad(client, 1, operation, own);
    load.start();
    boolean ended = load.awaitEnd(WAIT_SECONDS);
    load.finish();
    if (!ended || !own.errors().isEmpty()) {
      throw new IOException("lease " + what + " failed: " + own.errors());
    }
  }

  private final class Stream implements CallListener {
    private final Connection connection;
    private final long first;
    private final Call call = new Call(this);
    private final long[] sentNanos = new long[leasesEach];
    private int outstanding;

    Stream(Connection connection, long first) {
      this.connection = connection;
      this.first = first;
    }

    void start() {
      for (int i = 0; i < leasesEach; i++) {
        renew(i, i == 0);
      }
    }

    private void renew(int lease, boolean opens) {
      request.clear().varint(1, first + lease);
      sentNanos[lease] = System.nanoTime();
      outstanding++;
      if (opens) {
        connection.start(
            call, Methods.LEASE_KEEP_ALIVE, request.array(), 0, request.length(), false);
      } else {
        connection.send(call, request.array(), 0, request.length(), false);
      }
    }

    @Override
    public void onMessage(Call c, byte[] bytes, int offset, int length) {
      long id = 0;
      long ttl = 0;
      response.over(bytes, offset, offset + length);
      while (response.next()) {
        if (response.field() == 2) {
          id = response.varint();
        } else if (response.field() == 3) {
          ttl = response.varint();
        }
      }
      outstanding--;
      long lease = id - first;
      if (lease < 0 || lease >= leasesEach) {
        stats.error("keep-alive answered for a lease of another stream");
        return;
      }
      if (ttl > 0) {
        stats.success(System.nanoTime() - sentNanos[(int) lease]);
      } else {
        stats.error("lease not found");
      }
      if (!stopping) {
        renew((int) lease, false);
      } else if (outstanding == 0) {
        connection.cancel(call);
        open.countDown();
      }
    }

    @Override
    public void onClose(Call c, int status, @Nullable String message) {
      stats.error("keep-alive stream ended with status " + status + ": " + message);
      open.countDown();
    }
  }
}
