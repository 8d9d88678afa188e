package dev.keelson.sim.member;

import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A pool of threads as events: each task runs at a moment of its own, in no particular order. */
final class SimPool extends AbstractExecutorService {
  private final EventQueue queue;
  private final Party process;
  private final LongSupplier delayNanos;
  private final ArrayDeque<Task> waiting = new ArrayDeque<>();
  private boolean shutdown;

  private final class Task {
    private final Runnable body;

    Task(Runnable body) {
      this.body = body;
    }

    void run() {
      if (waiting.remove(this)) {
        body.run();
      }
    }
  }

  SimPool(EventQueue queue, Party process, LongSupplier delayNanos) {
    this.queue = queue;
    this.process = process;
    this.delayNanos = delayNanos;
  }

  @Override
  public void execute(Runnable command) {
    if (shutdown) {
      throw new RejectedExecutionException("the pool is shut down");
    }
    Task task = new Task(command);
    waiting.add(task);
    queue.after(delayNanos.getAsLong(), process, "task", () -> SimulatedCrash.contain(task::run));
  }

  @Override
  public void shutdown() {
    shutdown = true;
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown = true;
    List<Runnable> left = new ArrayList<>();
    waiting.forEach(task -> left.add(task.body));
    waiting.clear();
    return left;
  }

  @Override
  public boolean isShutdown() {
    return shutdown;
  }

  @Override
  public boolean isTerminated() {
    return shutdown && waiting.isEmpty();
  }

  /** There is no other thread to wait for: what is left runs now. */
  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    while (!waiting.isEmpty()) {
      waiting.getFirst().run();
    }
    return isTerminated();
  }
}
