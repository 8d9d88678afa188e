package dev.keelson.bench.report;

import java.util.List;
import java.util.Locale;

/** Medians of memory, disk and restart, and B divided by A, as a Markdown table. */
public final class FootprintTable {
  private FootprintTable() {}

  /** The table of all rounds against both servers. */
  public static String of(String a, String b, List<FootprintResult> results) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "| At %,d keys | %s | %s | ratio |%n|---|---|---|---|%n",
            results.getFirst().keys(),
            a,
            b));
    for (String name : results.getFirst().values().keySet()) {
      double ofA = median(results, a, name);
      double ofB = median(results, b, name);
      String ratio =
          Double.isFinite(ofB / ofA) ? String.format(Locale.ROOT, "**%.2fx**", ofB / ofA) : "-";
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s | %s |%n",
              name.replace('_', ' '),
              LoadTable.number(ofA),
              LoadTable.number(ofB),
              ratio));
    }
    return text.toString();
  }

  private static double median(List<FootprintResult> results, String target, String name) {
    return Median.of(
        results.stream()
            .filter(r -> r.target().equals(target))
            .map(r -> r.values().getOrDefault(name, Double.NaN))
            .toList());
  }
}
