package dev.keelson.kv.watch;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Runs turns one after the other on an executor that may have many threads, and only while there is
 * something to do. Messages run in order before the turn; each turn sees what the one before it
 * wrote.
 */
final class SerialLoop {
  private final Executor executor;
  private final Runnable turn;
  private final Consumer<Throwable> failed;
  private final Queue<Runnable> messages = new ConcurrentLinkedQueue<>();

  /** Wakes not yet answered by a turn. Whoever raises it from 0 schedules the next turn. */
  private final AtomicLong wakes = new AtomicLong();

  private volatile boolean closed;

  SerialLoop(Executor executor, Runnable turn, Consumer<Throwable> failed) {
    this.executor = executor;
    this.turn = turn;
    this.failed = failed;
  }

  /** Queues a message for the loop. Any thread. */
  void tell(Runnable message) {
    messages.add(message);
    wake();
  }

  /** Asks for a turn. Any thread; never blocks. */
  void wake() {
    if (!closed && wakes.getAndIncrement() == 0) {
      executor.execute(this::run);
    }
  }

  /** No further turn is started; the executor may be shut down. */
  void close() {
    closed = true;
  }

  private void run() {
    if (closed) {
      return;
    }
    long answered = wakes.get();
    try {
      for (Runnable message = messages.poll(); message != null; message = messages.poll()) {
        message.run();
      }
      turn.run();
    } catch (RuntimeException | Error failure) {
      // The loop's state is in doubt, so it stays stopped: wakes never falls to 0 again.
      failed.accept(failure);
      return;
    }
    if (wakes.addAndGet(-answered) != 0 && !closed) {
      executor.execute(this::run);
    }
  }
}
