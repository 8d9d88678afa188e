package dev.keelson.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Medians over the rounds, and B divided by A, as a Markdown table. */
public final class LoadTable {
  private final String a;
  private final String b;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param a name of the first server
   * @param b name of the second
   */
  public LoadTable(String a, String b) {
    this.a = a;
    this.b = b;
    text.append(
        String.format(
            Locale.ROOT,
            """
            | Scenario | %1$s /s | %2$s /s | ratio (rounds) | %1$s CPU s/100k | %2$s CPU s/100k \
            | ratio (rounds) | %1$s p50 / p99 ms | %2$s p50 / p99 ms | client CPU s/100k | errors | other CPU |
            |---|---|---|---|---|---|---|---|---|---|---|---|
            """,
            a,
            b));
  }

  /** Adds the row of one scenario; {@code results} are all its rounds against both servers. */
  public void add(List<LoadResult> results) {
    LoadResult any = results.getFirst();
    List<LoadResult> ofA = results.stream().filter(r -> r.target().equals(a)).toList();
    List<LoadResult> ofB = results.stream().filter(r -> r.target().equals(b)).toList();
    text.append(
        String.format(
            Locale.ROOT,
            "| %s %s %dx%d | %s | %s | %s | %s | %s | %s | %s | %s | %s / %s | %d / %d | %.0f %% |%n",
            any.scenario(),
            any.unit(),
            any.connections(),
            any.outstanding(),
            number(median(ofA, LoadResult::rate)),
            number(median(ofB, LoadResult::rate)),
            ratio(ofA, ofB, LoadResult::rate),
            number(median(ofA, LoadResult::serverCpuPer100k)),
            number(median(ofB, LoadResult::serverCpuPer100k)),
            ratio(ofA, ofB, LoadResult::serverCpuPer100k),
            latencies(ofA),
            latencies(ofB),
            number(median(ofA, LoadResult::clientCpuPer100k)),
            number(median(ofB, LoadResult::clientCpuPer100k)),
            ofA.stream().mapToLong(LoadResult::errorCount).sum(),
            ofB.stream().mapToLong(LoadResult::errorCount).sum(),
            100 * median(results, r -> r.otherCpuSeconds() / r.seconds())));
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private static double median(List<LoadResult> results, ToDoubleFunction<LoadResult> what) {
    return Median.of(results.stream().map(what::applyAsDouble).toList());
  }

  private static String latencies(List<LoadResult> results) {
    return number(median(results, LoadResult::p50Micros) / 1_000)
        + " / "
        + number(median(results, LoadResult::p99Micros) / 1_000);
  }

  /** Ratio of the medians, and the lowest and highest ratio of one round, which tells the noise. */
  private static String ratio(
      List<LoadResult> ofA, List<LoadResult> ofB, ToDoubleFunction<LoadResult> what) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < Math.min(ofA.size(), ofB.size()); i++) {
      double one = what.applyAsDouble(ofB.get(i)) / what.applyAsDouble(ofA.get(i));
      low = Math.min(low, one);
      high = Math.max(high, one);
    }
    double ofMedians = median(ofB, what) / median(ofA, what);
    return Double.isFinite(ofMedians)
        ? String.format(Locale.ROOT, "**%.2fx** (%.2f-%.2f)", ofMedians, low, high)
        : "-";
  }

  /** Three significant digits. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
