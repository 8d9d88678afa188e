package dev.keelson.node.metrics;

import java.math.BigDecimal;
import java.util.Arrays;

/**
 * Writes metrics in Prometheus' text format 0.0.4. The client libraries of the JVM append {@code
 * _total} to every counter and forbid it for gauges; etcd has counters without and gauges with it,
 * and its dashboards ask for exactly those.
 */
public final class PrometheusText {
  /** The media type of the text. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder out = new StringBuilder(1 << 15);

  /** The samples of one name; values follow the announcement of name and type. */
  public final class Family {
    private final String name;

    private Family(String name) {
      this.name = name;
    }

    /**
     * Writes one value.
     *
     * @param labels names and values, alternating
     */
    public Family value(double value, String... labels) {
      sample(name, value, labels);
      return this;
    }

    /** Writes a count, as the other {@code value} does. */
    public Family value(long value, String... labels) {
      return value((double) value, labels);
    }

    /** Writes a histogram's buckets, sum and count. */
    public Family histogram(Histogram histogram, String... labels) {
      String[] withBound = Arrays.copyOf(labels, labels.length + 2);
      withBound[labels.length] = "le";
      long total = 0;
      for (int i = 0; i <= histogram.buckets(); i++) {
        total += histogram.count(i);
        withBound[labels.length + 1] =
            i == histogram.buckets() ? "+Inf" : number(histogram.bound(i));
        sample(name + "_bucket", (double) total, withBound);
      }
      sample(name + "_sum", histogram.sum(), labels);
      sample(name + "_count", (double) total, labels);
      return this;
    }
  }

  /** Begins a counter: it only grows. */
  public Family counter(String name, String help) {
    return family(name, "counter", help);
  }

  /** Begins a gauge: it goes up and down. */
  public Family gauge(String name, String help) {
    return family(name, "gauge", help);
  }

  /** Begins a histogram. */
  public Family histogram(String name, String help) {
    return family(name, "histogram", help);
  }

  private Family family(String name, String type, String help) {
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    return new Family(name);
  }

  private void sample(String name, double value, String... labels) {
    out.append(name);
    for (int i = 0; i < labels.length; i += 2) {
      out.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      escape(labels[i + 1]);
      out.append('"');
    }
    out.append(labels.length == 0 ? " " : "} ").append(number(value)).append('\n');
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
      }
    }
  }

  /** A number as Go prints it, in which the bounds of buckets are label values. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = digits.precision() - digits.scale() - 1;
    if (exponent >= -4 && exponent < 6) {
      return digits.toPlainString();
    }
    BigDecimal mantissa = digits.scaleByPowerOfTen(-exponent);
    String sign = exponent < 0 ? "-" : "+";
    return "%se%s%02d".formatted(mantissa.toPlainString(), sign, Math.abs(exponent));
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
