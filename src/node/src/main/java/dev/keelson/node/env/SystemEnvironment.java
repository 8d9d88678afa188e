package dev.keelson.node.env;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.node.MemberSettings;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.rocksdb.RocksKvBackend;
import dev.keelson.storage.backend.rocksdb.RocksOptions;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.FileDisk;
import dev.keelson.storage.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The machine: its clocks, threads and files, RocksDB below the state machine. */
public final class SystemEnvironment implements Environment {
  private static final Cancellable NOTHING = () -> {};

  private final WalOptions walOptions;
  private final ExecutorService pool =
      Executors.newFixedThreadPool(
          Math.max(2, Runtime.getRuntime().availableProcessors()) + 1, daemon("keelson-worker"));
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(daemon("keelson-timer"));

  /** With segments of the usual size. */
  public SystemEnvironment() {
    this(WalOptions.DEFAULT);
  }

  /**
   * The machine.
   *
   * @param walOptions how large the segments of the log are
   */
  public SystemEnvironment(WalOptions walOptions) {
    this.walOptions = walOptions;
  }

  private static ThreadFactory daemon(String name) {
    return Thread.ofPlatform().daemon().name(name + "-", 0).factory();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public long wallMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public RandomGenerator random() {
    return new Random(new SecureRandom().nextLong());
  }

  @Override
  public Worker worker(String name, BooleanSupplier work, Consumer<Throwable> failed) {
    return new WorkThread(name, work, failed);
  }

  @Override
  public Cancellable after(long delayMillis, Runnable task) {
    try {
      return cancellable(timer.schedule(task, delayMillis, TimeUnit.MILLISECONDS));
    } catch (RejectedExecutionException e) {
      return NOTHING; // closed: nothing runs any more
    }
  }

  @Override
  public Cancellable every(long delayMillis, Runnable task) {
    return cancellable(
        timer.scheduleWithFixedDelay(task, delayMillis, delayMillis, TimeUnit.MILLISECONDS));
  }

  private static Cancellable cancellable(ScheduledFuture<?> scheduled) {
    return () -> scheduled.cancel(false);
  }

  @Override
  public ExecutorService pool() {
    return pool;
  }

  @Override
  public Disk disk(Path directory) throws IOException {
    return FileDisk.open(directory);
  }

  @Override
  public boolean exists(Path path) {
    return Files.exists(path);
  }

  @Override
  public WalOptions walOptions() {
    return walOptions;
  }

  @Override
  public CompletableFuture<KvBackend> backend(Path directory, MemberSettings.Memory memory) {
    return CompletableFuture.supplyAsync(
        () ->
            RocksKvBackend.open(
                directory,
                Families.ALL,
                new RocksOptions(memory.blockCacheBytes(), memory.memtableBytes())),
        pool);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
