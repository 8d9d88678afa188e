package dev.keelson.bench.load;

import java.io.IOException;

/**
 * Something that keeps a server busy until told to stop. Driven by one thread, which is not the
 * loop's.
 */
public interface Workload {
  /** Brings the server into the state that the workload needs; may take seconds. */
  default void prepare() throws IOException, InterruptedException {}

  /** Starts the load and returns. */
  void start();

  /**
   * Starts nothing more, waits (boundedly) for what is open, and cleans up. What stays unanswered
   * is an error in the statistics.
   */
  void finish() throws IOException, InterruptedException;
}
