package dev.keelson.bench.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Medians of named figures over the rounds, and B divided by A, as a Markdown table. */
public final class FigureTable {
  private FigureTable() {}

  /**
   * The table of all rounds against both servers.
   *
   * @param results of one type; a figure that only one server has is shown without a ratio
   */
  public static String of(String a, String b, List<FigureResult> results) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "| %s, %,d keys | %s | %s | ratio |%n|---|---|---|---|%n",
            results.getFirst().type(),
            results.getFirst().keys(),
            a,
            b));
    Set<String> names = new LinkedHashSet<>();
    results.forEach(result -> names.addAll(result.values().keySet()));
    for (String name : names) {
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

  private static double median(List<FigureResult> results, String target, String name) {
    return Median.of(
        results.stream()
            .filter(r -> r.target().equals(target))
            .map(r -> r.values().getOrDefault(name, Double.NaN))
            .toList());
  }
}
