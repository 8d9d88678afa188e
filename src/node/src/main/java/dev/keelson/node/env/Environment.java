package dev.keelson.node.env;

import dev.keelson.node.MemberSettings;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * All that a member gets from outside: clocks, threads, timers, randomness and files. Of the real
 * one see {@link SystemEnvironment}; a simulation hands in virtual ones and then owns the order in
 * which everything happens.
 *
 * <p>One environment belongs to one member; closing it ends its timers and threads.
 */
public interface Environment extends AutoCloseable {
  /** Monotonic time in nanoseconds; only differences mean something. */
  long nanoTime();

  /** Wall-clock time in milliseconds; may jump. */
  long wallMillis();

  /** Randomness for election timeouts and ids; one generator per call. */
  RandomGenerator random();

  /**
   * Prepares a worker; {@link Worker#start} starts it.
   *
   * @param work does what there is and returns whether to look again at once
   * @param failed told of what the work threw; the worker ends then
   */
  Worker worker(String name, BooleanSupplier work, Consumer<Throwable> failed);

  /** Runs a task once, after a delay. Tasks are short and do not block. */
  Cancellable after(long delayMillis, Runnable task);

  /**
   * Runs a task again and again, with a fixed delay in between: a pause of the process is not
   * followed by a burst.
   */
  Cancellable every(long delayMillis, Runnable task);

  /** Runs what may take a while: reads, hashes, background preparation. */
  ExecutorService pool();

  /** The files below a directory, which is created if need be. */
  Disk disk(Path directory) throws IOException;

  /** Whether a file or a directory is there. */
  boolean exists(Path path);

  /** How large the segments of the log are. */
  default WalOptions walOptions() {
    return WalOptions.DEFAULT;
  }

  /**
   * How many entries are applied in one batch at most: bounds how long a new view is waited for.
   */
  default int applyBatchMax() {
    return 2048;
  }

  /** What the log writer writes to: the log, or something that looks on and passes it all on. */
  default DurableLog watched(DurableLog log) {
    return log;
  }

  /** Where consensus hands its work to: the ports, or something that looks on and passes it on. */
  default NodeLoop.Ports watched(NodeLoop.Ports ports) {
    return ports;
  }

  /** Begins to open the state machine's store, or to create it empty. */
  CompletableFuture<KvBackend> backend(Path directory, MemberSettings.Memory memory);

  /**
   * Ends timers; what they have not begun does not run any more. The pool ends by its own calls.
   */
  @Override
  void close();
}
