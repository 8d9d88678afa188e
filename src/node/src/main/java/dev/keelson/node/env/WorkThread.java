package dev.keelson.node.env;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A worker with a thread of its own, which sleeps while there is nothing to do. */
final class WorkThread implements Worker {
  private final AtomicBoolean signalled = new AtomicBoolean();
  private final Thread thread;
  private volatile boolean stopping;

  WorkThread(String name, BooleanSupplier work, Consumer<Throwable> failed) {
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

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public void wake() {
    // most calls find the signal up already and cost one read
    if (!signalled.get() && signalled.compareAndSet(false, true)) {
      LockSupport.unpark(thread);
    }
  }

  @Override
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
