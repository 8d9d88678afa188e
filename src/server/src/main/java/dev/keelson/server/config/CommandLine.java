package dev.keelson.server.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Arguments split as Go's flag package does: {@code --x=y}, {@code --x y}, {@code -x}; switches
 * take a value only after {@code =}.
 */
public final class CommandLine {

  /**
   * One flag as given.
   *
   * @param name without dashes
   * @param value its text, {@code true} for a bare switch
   */
  record Assignment(String name, String value) {}

  private final List<Assignment> assignments;
  private final boolean help;

  private CommandLine(List<Assignment> assignments, boolean help) {
    this.assignments = List.copyOf(assignments);
    this.help = help;
  }

  /**
   * Splits arguments; values are not read yet.
   *
   * @throws ConfigurationException for an unknown flag, a missing value or a stray argument
   */
  public static CommandLine parse(String... arguments) {
    List<Assignment> assignments = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      String argument = arguments[i];
      if (!argument.startsWith("-") || argument.equals("-") || argument.equals("--")) {
        boolean terminator = argument.equals("--");
        if (terminator && i == arguments.length - 1) {
          break;
        }
        throw ConfigurationException.usage(
            "\"%s\" is not a valid flag".formatted(arguments[terminator ? i + 1 : i]));
      }
      String body = argument.substring(argument.startsWith("--") ? 2 : 1);
      if (body.isEmpty() || body.startsWith("-") || body.startsWith("=")) {
        throw ConfigurationException.usage("bad flag syntax: " + argument);
      }
      int equals = body.indexOf('=');
      String name = equals < 0 ? body : body.substring(0, equals);
      if (name.equals("h") || name.equals(Options.HELP.name())) {
        return new CommandLine(assignments, true);
      }
      boolean isSwitch = isSwitch(name);
      if (equals >= 0) {
        assignments.add(new Assignment(name, body.substring(equals + 1)));
      } else if (isSwitch) {
        assignments.add(new Assignment(name, "true"));
      } else if (i + 1 < arguments.length) {
        assignments.add(new Assignment(name, arguments[++i]));
      } else {
        throw ConfigurationException.usage("flag needs an argument: -" + name);
      }
    }
    return new CommandLine(assignments, false);
  }

  private static boolean isSwitch(String name) {
    Option<?> option = Options.named(name);
    if (option == null) {
      option = Options.formerlyNamed(name);
    }
    if (option == null && Options.gateFormerlyNamed(name) == null) {
      throw unknown(name);
    }
    return option == null || option.type().isBoolean();
  }

  static ConfigurationException unknown(String name) {
    return ConfigurationException.usage(
        "flag provided but not defined: -%s (did you mean --%s?)"
            .formatted(name, Options.nearest(name).name()));
  }

  /** Whether {@code --help} or {@code -h} was given. */
  public boolean wantsHelp() {
    return help;
  }

  /** Whether {@code --version} was given. */
  public boolean wantsVersion() {
    String value = lastValue(Options.VERSION.name());
    return value != null && Options.VERSION.parse(value);
  }

  List<Assignment> assignments() {
    return assignments;
  }

  /** The text given last for a flag; null when it was not given. */
  @Nullable String lastValue(String name) {
    String value = null;
    for (Assignment assignment : assignments) {
      if (assignment.name().equals(name)) {
        value = assignment.value();
      }
    }
    return value;
  }
}
