package dev.keelson.kv.watch;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Holds tasks until the test runs them. */
final class StepExecutor implements Executor {
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  /** Runs the oldest task; false when there was none. */
  boolean step() {
    Runnable task = tasks.poll();
    if (task == null) {
      return false;
    }
    task.run();
    return true;
  }
}
