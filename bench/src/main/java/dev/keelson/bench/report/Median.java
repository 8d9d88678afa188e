package dev.keelson.bench.report;

import java.util.List;

/** Medians. */
final class Median {
  private Median() {}

  /**
   * The middle of the finite values (the mean of the two in the middle), or NaN when there are
   * none.
   */
  static double of(List<Double> values) {
    List<Double> sorted = values.stream().filter(v -> Double.isFinite(v)).sorted().toList();
    int n = sorted.size();
    if (n == 0) {
      return Double.NaN;
    }
    return (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
  }
}
