package dev.keelson.sim.member;

import dev.keelson.node.MemberSettings;
import dev.keelson.node.env.Cancellable;
import dev.keelson.node.env.Environment;
import dev.keelson.node.env.Worker;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.sim.time.Chance;
import dev.keelson.sim.time.EventQueue;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.WalOptions;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The world of one process: everything it does becomes an event of the one queue. */
final class SimEnvironment implements Environment {
  private static final long MILLION = 1_000_000;

  /** Small, so that segments come and go within a run. */
  private static final WalOptions WAL_OPTIONS = new WalOptions(64 << 10, 16 << 10);

  /** Runs are short: as in production, many starts apply what they find in many batches. */
  private static final int APPLY_BATCH_MAX = 2048;

  private final Host host;
  private final Life process;
  private final EventQueue queue;
  private final Chance chance;
  private final Pace pace;
  private final HostClock clock;
  private final HostEvents events;
  private final SimPool pool;
  private final int applyBatchMax;
  private boolean closed;

  SimEnvironment(
      Host host,
      Life process,
      EventQueue queue,
      Chance chance,
      Pace pace,
      HostClock clock,
      HostEvents events) {
    this.host = host;
    this.process = process;
    this.queue = queue;
    this.chance = chance;
    this.pace = pace;
    this.clock = clock;
    this.events = events;
    this.applyBatchMax = (int) chance.delay(1, APPLY_BATCH_MAX);
    this.pool = new SimPool(queue, process, () -> drawn(pace.taskMin(), pace.taskMax()));
  }

  private long drawn(long low, long high) {
    long delay = chance.delay(low, high);
    return chance.permille(pace.stallPermille())
        ? delay + chance.between(0, pace.stallMax())
        : delay;
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }

  @Override
  public long wallMillis() {
    return clock.wallMillis();
  }

  @Override
  public RandomGenerator random() {
    return chance.split().generator();
  }

  @Override
  public Worker worker(String name, BooleanSupplier work, Consumer<Throwable> failed) {
    boolean syncs = name.equals("keelson-log");
    long low = syncs ? pace.syncMin() : pace.turnMin();
    long high = syncs ? pace.syncMax() : pace.turnMax();
    return new SimWorker(queue, process, name, () -> drawn(low, high), work, failed);
  }

  @Override
  public Cancellable after(long delayMillis, Runnable task) {
    if (closed) {
      return () -> {};
    }
    EventQueue.Event event =
        queue.after(
            clock.trueNanos(delayMillis * MILLION),
            process,
            "timer",
            () -> {
              if (!closed) {
                SimulatedCrash.contain(task);
              }
            });
    return event::cancel;
  }

  @Override
  public Cancellable every(long delayMillis, Runnable task) {
    return new Repeated(delayMillis, task).next();
  }

  private final class Repeated {
    private final long delayMillis;
    private final Runnable task;
    private boolean cancelled;

    Repeated(long delayMillis, Runnable task) {
      this.delayMillis = delayMillis;
      this.task = task;
    }

    Cancellable next() {
      var _ =
          after(
              delayMillis,
              () -> {
                if (!cancelled) {
                  task.run();
                  next();
                }
              });
      return () -> cancelled = true;
    }
  }

  @Override
  public ExecutorService pool() {
    return pool;
  }

  @Override
  public Disk disk(Path directory) {
    return host.disk(directory);
  }

  @Override
  public boolean exists(Path path) {
    return path.equals(host.settings().walDir())
        ? host.hasLog()
        : host.hasStore() && path.equals(host.settings().dataDir().resolve("state"));
  }

  @Override
  public WalOptions walOptions() {
    return WAL_OPTIONS;
  }

  @Override
  public int applyBatchMax() {
    return applyBatchMax;
  }

  @Override
  public DurableLog watched(DurableLog log) {
    return events.watch(process, log);
  }

  @Override
  public NodeLoop.Ports watched(NodeLoop.Ports ports) {
    return events.watch(process, ports);
  }

  @Override
  public CompletableFuture<KvBackend> backend(Path directory, MemberSettings.Memory memory) {
    return CompletableFuture.completedFuture(host.openStore(process));
  }

  @Override
  public void close() {
    closed = true;
  }
}
