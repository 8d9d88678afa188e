package dev.keelson.server.config;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations in Go's notation, for example {@code 1h30m}, {@code 100ms} or {@code 1.5s}. */
final class GoDuration {

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
    BigDecimal total = BigDecimal.ZERO;
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
      BigDecimal amount = new BigDecimal(rest.substring(at, unitAt));
      total = total.add(amount.multiply(BigDecimal.valueOf(unit(rest.substring(unitAt, next)))));
      at = next;
    }
    long nanos = total.toBigInteger().longValueExact();
    return Duration.ofNanos(negative ? -nanos : nanos);
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
    BigDecimal number = BigDecimal.valueOf(value, scale);
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
