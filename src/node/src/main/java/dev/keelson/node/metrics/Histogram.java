package dev.keelson.node.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/** Observations counted in buckets of fixed bounds. Recording is wait-free; any thread may. */
public final class Histogram {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double[] bounds;
  private final LongAdder[] counts;
  private final DoubleAdder sum = new DoubleAdder();

  private Histogram(double[] bounds) {
    this.bounds = bounds;
    this.counts = new LongAdder[bounds.length + 1];
    Arrays.setAll(counts, i -> new LongAdder());
  }

  /**
   * Buckets whose upper bounds grow by a factor.
   *
   * @param first the smallest upper bound
   * @param count how many bounds; above the last there is one more bucket
   */
  public static Histogram exponential(double first, double factor, int count) {
    double[] bounds = new double[count];
    double bound = first;
    for (int i = 0; i < count; i++) {
      bounds[i] = bound;
      bound *= factor;
    }
    return new Histogram(bounds);
  }

  /** Buckets of the given upper bounds, ascending. */
  public static Histogram of(double... bounds) {
    return new Histogram(bounds.clone());
  }

  /** Counts one observation. */
  public void record(double value) {
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sum.add(value);
  }

  /** Counts a duration in seconds. */
  public void recordNanos(long nanos) {
    record(nanos / NANOS_PER_SECOND);
  }

  int buckets() {
    return bounds.length;
  }

  double bound(int bucket) {
    return bounds[bucket];
  }

  /** Observations in one bucket alone; that at {@link #buckets} is open above. */
  long count(int bucket) {
    return counts[bucket].sum();
  }

  double sum() {
    return sum.sum();
  }
}
