package dev.keelson.server.config;

import java.time.Duration;

/** Durations in Go's notation, for example {@code 1h30m}, {@code 100ms} or {@code 1.5s}. */
final class GoDuration {
  /** No more fit into 63 bits whatever they are. */
  private static final int FRACTION_DIGITS = 18;

  private GoDuration() {}

  /**
   * Reads a duration.
   *
   * @throws NumberFormatException when the text is not a duration
   * @throws ArithmeticException when it exceeds 2^63 nanoseconds
   */
  static Duration parse(String text) {
    String rest = text;
    boolean negative = rest.startsWith("-");
    if (negative || rest.startsWith("+")) {
      rest = rest.substring(1);
    }
    if (rest.equals("0")) {
      return Duration.ZERO;
    }
    if (rest.isEmpty()) {
      throw new NumberFormatException(text);
    }
    long total = 0;
    int at = 0;
    while (at < rest.length()) {
      int unitAt = at;
      while (unitAt < rest.length() && isNumberPart(rest.charAt(unitAt))) {
        unitAt++;
      }
      int next = unitAt;
      while (next < rest.length() && !isNumberPart(rest.charAt(next))) {
        next++;
      }
      long unit = unit(rest.substring(unitAt, next));
      total = Math.addExact(total, nanos(rest.substring(at, unitAt), unit));
      at = next;
    }
    return Duration.ofNanos(negative ? -total : total);
  }

  /**
   * A decimal number of units, in Go's arithmetic: digits of the fraction beyond 18 are passed
   * over, what is left of a nanosecond is cut off.
   */
  private static long nanos(String number, long unit) {
    int point = number.indexOf('.');
    String whole = point < 0 ? number : number.substring(0, point);
    String fraction = point < 0 ? "" : number.substring(point + 1);
    if ((whole.isEmpty() && fraction.isEmpty()) || fraction.indexOf('.') >= 0) {
      throw new NumberFormatException(number);
    }
    long nanos = whole.isEmpty() ? 0 : Math.multiplyExact(wholeNumber(whole), unit);
    double scale = 1;
    long digits = 0;
    for (int i = 0; i < Math.min(fraction.length(), FRACTION_DIGITS); i++) {
      digits = 10 * digits + fraction.charAt(i) - '0';
      scale *= 10;
    }
    return Math.addExact(nanos, (long) (digits * (unit / scale)));
  }

  private static long wholeNumber(String digits) {
    long value = 0;
    for (int i = 0; i < digits.length(); i++) {
      value = Math.addExact(Math.multiplyExact(value, 10), digits.charAt(i) - '0');
    }
    return value;
  }

  private static boolean isNumberPart(char c) {
    return (c >= '0' && c <= '9') || c == '.';
  }

  private static long unit(String name) {
    return switch (name) {
      case "ns" -> 1L;
      case "us", "µs", "μs" -> 1_000L;
      case "ms" -> 1_000_000L;
      case "s" -> 1_000_000_000L;
      case "m" -> 60_000_000_000L;
      case "h" -> 3_600_000_000_000L;
      default -> throw new NumberFormatException("unknown unit " + name);
    };
  }

  /** Writes a duration as Go's {@code Duration.String} does: {@code 2h0m0s}, {@code 10ms}. */
  static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    if (duration.isNegative()) {
      return "-" + format(duration.negated());
    }
    long nanos = duration.toNanos();
    if (nanos < 1_000L) {
      return nanos + "ns";
    }
    if (nanos < 1_000_000L) {
      return decimal(nanos, 3) + "µs";
    }
    if (nanos < 1_000_000_000L) {
      return decimal(nanos, 6) + "ms";
    }
    StringBuilder out = new StringBuilder();
    long minutes = nanos / 60_000_000_000L;
    if (minutes >= 60) {
      out.append(minutes / 60).append('h');
    }
    if (minutes > 0) {
      out.append(minutes % 60).append('m');
    }
    return out.append(decimal(nanos % 60_000_000_000L, 9)).append('s').toString();
  }

  private static String decimal(long value, int scale) {
    StringBuilder digits = new StringBuilder(Long.toString(value));
    digits.insert(0, "0".repeat(Math.max(0, scale + 1 - digits.length())));
    digits.insert(digits.length() - scale, '.');
    int end = digits.length();
    while (digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, digits.charAt(end - 1) == '.' ? end - 1 : end);
  }
}
