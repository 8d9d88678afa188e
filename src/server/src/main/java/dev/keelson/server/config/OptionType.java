package dev.keelson.server.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How the text of an option becomes a value, and how the value is shown in {@code --help} and in
 * the start-up log line.
 *
 * @param <T> the value's type
 */
public final class OptionType<T> {

  static final OptionType<String> TEXT = new OptionType<>("string", s -> s, s -> s);
  static final OptionType<Boolean> SWITCH =
      new OptionType<>("", OptionType::parseBoolean, value -> value);
  static final OptionType<Integer> INT =
      new OptionType<>("int", text -> Math.toIntExact(decode(text)), value -> value);
  static final OptionType<Long> LONG = new OptionType<>("int", OptionType::decode, value -> value);
  static final OptionType<Long> UINT32 =
      new OptionType<>("uint", OptionType::parseUint32, value -> value);
  static final OptionType<Long> UINT64 =
      new OptionType<>("uint", OptionType::parseUnsigned, value -> value);
  static final OptionType<Duration> DURATION =
      new OptionType<>("duration", GoDuration::parse, GoDuration::format);
  static final OptionType<List<String>> LIST =
      new OptionType<>("a,b,...", OptionType::parseList, value -> value);
  static final OptionType<List<Url>> URLS =
      new OptionType<>(
          "url,url,...",
          OptionType::parseUrls,
          value -> value.stream().map(Url::toString).toList());
  static final OptionType<InitialCluster> CLUSTER =
      new OptionType<>("name=url,...", InitialCluster::parse, InitialCluster::toString);
  static final OptionType<FeatureGates> GATES =
      new OptionType<>("Name=bool,...", FeatureGates::parse, FeatureGates::toString);

  static final OptionType<LogRotation> ROTATION =
      new OptionType<>("json", LogRotation::parse, LogRotation::toString);

  private final String placeholder;
  private final Function<String, T> parser;
  private final Function<T, Object> shown;

  private OptionType(String placeholder, Function<String, T> parser, Function<T, Object> shown) {
    this.placeholder = placeholder;
    this.parser = parser;
    this.shown = shown;
  }

  /** A text that must be one of {@code allowed}. */
  static OptionType<String> oneOf(String... allowed) {
    List<String> values = List.of(allowed);
    return new OptionType<>(
        String.join("|", values),
        text -> {
          if (!values.contains(text)) {
            throw new IllegalArgumentException("invalid value \"" + text + "\"");
          }
          return text;
        },
        value -> value);
  }

  /** The word that stands for the value in {@code --help}; empty for switches. */
  String placeholder() {
    return placeholder;
  }

  /** Whether the option may stand alone: {@code --x} means {@code --x=true}. */
  boolean isBoolean() {
    return this == SWITCH;
  }

  /**
   * Reads a value.
   *
   * @throws IllegalArgumentException with the reason; a {@link NumberFormatException} stands for
   *     Go's plain {@code parse error}
   */
  T parse(String text) {
    try {
      return parser.apply(text);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("value out of range", e);
    }
  }

  /** The value as a log field: a number, a boolean, a text or a list of texts. */
  Object shown(T value) {
    return shown.apply(value);
  }

  private static Boolean parseBoolean(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw new NumberFormatException(text);
    };
  }

  private static long decode(String text) {
    return Long.decode(text.replace("_", ""));
  }

  private static Long parseUint32(String text) {
    long value = decode(text);
    if (value < 0 || value > 0xffff_ffffL) {
      throw new IllegalArgumentException("value out of range");
    }
    return value;
  }

  private static Long parseUnsigned(String text) {
    long value = decode(text);
    if (value < 0) {
      throw new IllegalArgumentException("parse error");
    }
    return value;
  }

  private static List<String> parseList(String text) {
    List<String> items = new ArrayList<>();
    for (String item : text.split(",", -1)) {
      if (!item.isBlank()) {
        items.add(item.strip());
      }
    }
    return List.copyOf(items);
  }

  private static List<Url> parseUrls(String text) {
    return parseList(text).stream().map(Url::parse).toList();
  }
}
