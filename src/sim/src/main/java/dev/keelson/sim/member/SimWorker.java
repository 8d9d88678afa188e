package dev.keelson.sim.member;

import dev.keelson.node.env.Worker;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.sim.time.Party;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** A worker whose turns are events. A wake-up asks for one turn, however often it comes. */
final class SimWorker implements Worker {
  private final EventQueue queue;
  private final Party process;
  private final String name;
  private final LongSupplier delayNanos;
  private final BooleanSupplier work;
  private final Consumer<Throwable> failed;
  private boolean started;
  private boolean woken;
  private boolean ended;

  SimWorker(
      EventQueue queue,
      Party process,
      String name,
      LongSupplier delayNanos,
      BooleanSupplier work,
      Consumer<Throwable> failed) {
    this.queue = queue;
    this.process = process;
    this.name = name;
    this.delayNanos = delayNanos;
    this.work = work;
    this.failed = failed;
  }

  @Override
  public void start() {
    started = true;
    woken = false;
    wake();
  }

  @Override
  public void wake() {
    if (woken || ended) {
      return;
    }
    woken = true;
    if (started) {
      queue.after(delayNanos.getAsLong(), process, name, () -> SimulatedCrash.contain(this::turn));
    }
  }

  private void turn() {
    woken = false;
    if (!ended && run()) {
      wake();
    }
  }

  /** As the thread would: what is thrown ends the worker, except the death of the process. */
  private boolean run() {
    try {
      return work.getAsBoolean();
    } catch (SimulatedCrash crash) {
      throw crash;
    } catch (Throwable failure) {
      ended = true;
      failed.accept(failure);
      return false;
    }
  }

  @Override
  public void finish() {
    while (!ended && run()) {
      // until nothing is left
    }
    ended = true;
  }
}
