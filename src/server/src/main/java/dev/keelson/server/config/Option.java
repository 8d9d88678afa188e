package dev.keelson.server.config;

import java.util.Locale;

/**
 * One setting, under etcd's name.
 *
 * @param name the flag without dashes; also the key in the config file
 * @param type how its text is read and shown
 * @param defaultText the value used when nothing sets the option, in the form a user would write;
 *     it always parses
 * @param help one line for {@code --help}
 * @param support what Keelson does with it today
 * @param supportNote why it is ignored; empty for options that work
 * @param <T> the value's type
 */
public record Option<T>(
    String name,
    OptionType<T> type,
    String defaultText,
    String help,
    Support support,
    String supportNote) {

  /** What Keelson does with an option today. */
  public enum Support {
    /** Honoured. */
    WORKS,
    /** Accepted with a warning: it has no effect here, and asking for it does no harm. */
    IGNORED
  }

  static <T> Option<T> works(String name, OptionType<T> type, String defaultText, String help) {
    return new Option<>(name, type, defaultText, help, Support.WORKS, "");
  }

  static <T> Option<T> ignored(
      String name, OptionType<T> type, String defaultText, String help, String why) {
    return new Option<>(name, type, defaultText, help, Support.IGNORED, why);
  }

  /** As equal options have equal names; what a record does by itself takes its time to link. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** The environment variable that sets this option: {@code ETCD_} and the name in capitals. */
  public String environmentName() {
    return "ETCD_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  /** The parsed default. */
  T defaultValue() {
    return parse(defaultText);
  }

  /**
   * Reads a value of this option.
   *
   * @throws ConfigurationException in the words of Go's flag package, which tests of etcd look for
   */
  T parse(String text) {
    try {
      return type.parse(text);
    } catch (IllegalArgumentException e) {
      String reason = e instanceof NumberFormatException ? "parse error" : e.getMessage();
      throw ConfigurationException.usage(
          type.isBoolean()
              ? "invalid boolean value \"%s\" for -%s: parse error".formatted(text, name)
              : "invalid value \"%s\" for flag -%s: %s".formatted(text, name, reason));
    }
  }
}
