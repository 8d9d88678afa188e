package dev.keelson.server.command.snapshot;

import dev.keelson.kv.snapshot.SnapshotSummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A summary as etcd's tools print it. */
final class StatusText {
  private static final int BYTES_PER_STEP = 1000;
  private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB", "PB");

  private StatusText() {}

  static String of(SnapshotSummary summary, OutputFormat format) {
    String hash = Integer.toHexString(summary.hash());
    String size = humanSize(summary.sizeBytes());
    String version = summary.storageVersion();
    return switch (format) {
      case simple ->
          "%s, %d, %d, %s, %s%n".formatted(hash, summary.revision(), summary.keys(), size, version);
      case json ->
          "{\"hash\":%s,\"revision\":%d,\"totalKey\":%d,\"totalSize\":%d,\"version\":\"%s\"}%n"
              .formatted(
                  Integer.toUnsignedString(summary.hash()),
                  summary.revision(),
                  summary.keys(),
                  summary.sizeBytes(),
                  version);
      case fields ->
          "\"Hash\" : %s%n\"Revision\" : %d%n\"Keys\" : %d%n\"Size\" : %d%n\"Version\" : \"%s\"%n"
              .formatted(
                  Integer.toUnsignedString(summary.hash()),
                  summary.revision(),
                  summary.keys(),
                  summary.sizeBytes(),
                  version);
      case table ->
          table(
              List.of("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "VERSION"),
              List.of(
                  hash,
                  Long.toString(summary.revision()),
                  Long.toString(summary.keys()),
                  size,
                  version));
    };
  }

  private static String table(List<String> names, List<String> values) {
    List<String> rule = new ArrayList<>();
    List<String> head = new ArrayList<>();
    List<String> row = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int width = Math.max(names.get(i).length(), values.get(i).length());
      rule.add("-".repeat(width + 2));
      head.add(" " + centred(names.get(i), width) + " ");
      row.add(" " + " ".repeat(width - values.get(i).length()) + values.get(i) + " ");
    }
    String line = "+" + String.join("+", rule) + "+";
    return String.join(
        System.lineSeparator(),
        line,
        "|" + String.join("|", head) + "|",
        line,
        "|" + String.join("|", row) + "|",
        line,
        "");
  }

  private static String centred(String text, int width) {
    int left = (width - text.length()) / 2;
    return " ".repeat(left) + text + " ".repeat(width - text.length() - left);
  }

  /** Bytes in decimal units, two digits of precision below ten, as etcd's tools round them. */
  static String humanSize(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= BYTES_PER_STEP && unit < UNITS.size() - 1) {
      value /= BYTES_PER_STEP;
      unit++;
    }
    boolean whole = unit == 0 || value >= 10;
    return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", value, UNITS.get(unit));
  }
}
