package dev.keelson.node.env;

/**
 * Runs one piece of work again and again while there is any, never twice at the same time. A
 * wake-up is never lost: it stays pending until the work has looked again.
 */
public interface Worker {
  void start();

  /** Makes the work look again. Thread-safe and cheap. */
  void wake();

  /** Lets the work run until it has nothing left, then ends it; returns when it has. */
  void finish();
}
