package dev.keelson.node.loop;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A thread that runs one piece of work again and again while there is any, and sleeps otherwise. A
 * wake-up is never lost: it stays pending until the work has looked again.
 */
public final class WorkThread {
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean stopping;

  /**
   * Prepares the thread; {@link #start} starts it.
   *
   * @param work does what there is and returns whether to look again at once
   * @param failed told of what the work threw; the thread ends then
   */
  public WorkThread(String name, BooleanSupplier work, Consumer<Throwable> failed) {
    thread =
        Thread.ofPlatform()
            .name(name)
            .unstarted(
                () -> {
                  try {
                    run(work);
                  } catch (Throwable failure) {
                    failed.accept(failure);
                  }
                });
  }

  private void run(BooleanSupplier work) {
    while (true) {
      boolean last = stopping;
      signalled.set(false);
      boolean again = work.getAsBoolean();
      if (again) {
        continue;
      }
      if (last) {
        return;
      }
      if (!signalled.get() && !stopping) {
        LockSupport.park(this);
      }
    }
  }

  public void start() {
    thread.start();
  }

  /** Makes the work look again. */
  public void wake() {
    // most calls find the signal up already and cost one read
    if (!signalled.get() && signalled.compareAndSet(false, true)) {
      LockSupport.unpark(thread);
    }
  }

  /** Lets the work run until it has nothing left, then ends the thread; returns when it has. */
  public void finish() {
    stopping = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (Thread.currentThread() != thread && thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
