package dev.keelson.bench.load;

import dev.keelson.bench.h2.Call;
import dev.keelson.bench.h2.CallListener;
import dev.keelson.bench.h2.Client;
import dev.keelson.bench.h2.Connection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A closed loop of unary calls: on every connection a fixed number is outstanding; each answer
 * starts the next.
 */
class UnaryLoad implements Workload, CallListener {
  private static final int DRAIN_SECONDS = 30;

  private static final class Slot extends Call {
    final int index;
    final Connection connection;
    long startedNanos;
    boolean answered;
    @Nullable String problem;

    Slot(CallListener listener, int index, Connection connection) {
      super(listener);
      this.index = index;
      this.connection = connection;
    }
  }

  private final Client client;
  private final int outstanding;
  private final UnaryOperation operation;
  private final Stats stats;
  private final CountDownLatch open;
  private volatile boolean stopping;

  /**
   * @param outstanding calls in flight on each connection
   */
  UnaryLoad(Client client, int outstanding, UnaryOperation operation, Stats stats) {
    this.client = client;
    this.outstanding = outstanding;
    this.operation = operation;
    this.stats = stats;
    this.open = new CountDownLatch(client.connections().size() * outstanding);
  }

  @Override
  public void start() {
    client.loop().execute(this::startSlots);
  }

  private void startSlots() {
    int index = 0;
    for (int i = 0; i < outstanding; i++) {
      for (Connection connection : client.connections()) {
        next(new Slot(this, index++, connection));
      }
    }
  }

  private void next(Slot slot) {
    ProtoWriter request =
        stopping || slot.connection.isClosed() ? null : operation.request(slot.index);
    if (request == null) {
      open.countDown();
      return;
    }
    slot.answered = false;
    slot.problem = null;
    slot.startedNanos = System.nanoTime();
    slot.connection.start(slot, operation.path(), request.array(), 0, request.length(), true);
  }

  @Override
  public void onMessage(Call call, byte[] bytes, int offset, int length) {
    Slot slot = (Slot) call;
    slot.problem =
        slot.answered
            ? "more than one response"
            : operation.problem(slot.index, bytes, offset, offset + length);
    slot.answered = true;
  }

  @Override
  public void onClose(Call call, int status, @Nullable String message) {
    Slot slot = (Slot) call;
    if (status != 0) {
      stats.error("status " + status + (message == null ? "" : ": " + message));
    } else if (!slot.answered) {
      stats.error("no response message");
    } else if (slot.problem != null) {
      stats.error(slot.problem);
    } else {
      stats.success(System.nanoTime() - slot.startedNanos);
    }
    next(slot);
  }

  @Override
  public void finish() throws InterruptedException {
    stopping = true;
    if (!awaitEnd(DRAIN_SECONDS)) {
      stats.errors("unanswered", open.getCount());
    }
  }

  /**
   * Waits until every slot has ended, because it was told to or because there was nothing left to
   * ask.
   */
  final boolean awaitEnd(long seconds) throws InterruptedException {
    return open.await(seconds, TimeUnit.SECONDS);
  }
}
