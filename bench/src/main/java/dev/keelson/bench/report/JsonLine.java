package dev.keelson.bench.report;

import java.util.Locale;
import java.util.Map;

/** Writes one flat JSON object (RFC 8259) on one line. */
final class JsonLine {
  private final StringBuilder text = new StringBuilder("{");

  JsonLine put(String name, String value) {
    name(name);
    quote(value);
    return this;
  }

  JsonLine put(String name, long value) {
    name(name);
    text.append(value);
    return this;
  }

  /** A number with at most four decimals. */
  JsonLine put(String name, double value) {
    name(name);
    text.append(Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "null");
    return this;
  }

  JsonLine put(String name, Map<String, Long> counts) {
    name(name);
    text.append('{');
    String separator = "";
    for (Map.Entry<String, Long> entry : counts.entrySet()) {
      text.append(separator);
      quote(entry.getKey());
      text.append(':').append(entry.getValue());
      separator = ",";
    }
    text.append('}');
    return this;
  }

  @Override
  public String toString() {
    return text + "}";
  }

  private void name(String name) {
    if (text.length() > 1) {
      text.append(',');
    }
    quote(name);
    text.append(':');
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
