package dev.keelson.sim.time;

import java.util.ArrayDeque;

/** The notable things of a run, for whoever has to find out why it failed; the newest are kept. */
public final class Journal {
  private static final int LINES_MAX = 400;

  private final ArrayDeque<String> lines = new ArrayDeque<>();

  void add(long executed, long nowNanos, String what) {
    if (lines.size() == LINES_MAX) {
      lines.removeFirst();
    }
    lines.add("%8d %13.6f s  %s".formatted(executed, nowNanos / 1e9, what));
  }

  @Override
  public String toString() {
    return String.join("\n", lines);
  }
}
