package dev.keelson.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Merges defaults, environment, flags and the config file by etcd's rules: a flag beats the
 * environment but both together are an error; a config file makes everything else void.
 */
public final class ConfigurationLoader {

  private static final String PREFIX = "ETCD_";

  /** Variables of etcd that are no options. */
  private static final Set<String> NOT_OPTIONS = Set.of("ETCD_UNSUPPORTED_ARCH", "ETCD_VERIFY");

  private final Map<Option<?>, Object> values = new LinkedHashMap<>();
  private final Set<Option<?>> explicit = new LinkedHashSet<>();
  private final List<Configuration.Notice> notices = new ArrayList<>();
  private final Map<String, Boolean> gatesByFormerFlag = new TreeMap<>();

  private ConfigurationLoader() {
    Options.all().forEach(option -> values.put(option, option.defaultValue()));
  }

  /**
   * Reads and validates a configuration.
   *
   * @param commandLine parsed arguments that ask for a start, not for help or version
   * @param environment the process environment
   * @throws ConfigurationException when the member cannot be started so
   */
  public static Configuration load(CommandLine commandLine, Map<String, String> environment) {
    ConfigurationLoader loader = new ConfigurationLoader();
    String file = commandLine.lastValue(Options.CONFIG_FILE.name());
    if (file == null) {
      file = environment.getOrDefault(Options.CONFIG_FILE.environmentName(), "");
    }
    if (file.isEmpty()) {
      loader.readFlags(commandLine);
      loader.readEnvironment(commandLine, environment);
    } else {
      loader.set(Options.CONFIG_FILE, file);
      loader.readFile(Path.of(file));
    }
    return loader.finish();
  }

  private void readFlags(CommandLine commandLine) {
    commandLine.assignments().forEach(assignment -> assign(assignment.name(), assignment.value()));
  }

  /** Sets the option or gate that {@code name} is a present or former name of. */
  private void assign(String name, String text) {
    Option<?> option = Options.named(name);
    Option<?> former = Options.formerlyNamed(name);
    FeatureGates.Gate gate = Options.gateFormerlyNamed(name);
    if (option != null) {
      set(option, text);
    } else if (former != null) {
      note("deprecated flag; use the name without experimental", Map.of("flag", name));
      set(former, text);
    } else if (gate != null) {
      note("deprecated flag; use feature-gates", Map.of("flag", name, "gate", gate.name()));
      try {
        gatesByFormerFlag.put(gate.name(), OptionType.SWITCH.parse(text));
      } catch (NumberFormatException e) {
        throw ConfigurationException.usage(
            "invalid boolean value \"%s\" for -%s: parse error".formatted(text, name));
      }
    } else {
      throw CommandLine.unknown(name);
    }
  }

  private void readEnvironment(CommandLine commandLine, Map<String, String> environment) {
    Map<String, String> known = new TreeMap<>();
    Options.all().forEach(option -> known.put(option.environmentName(), option.name()));
    new TreeMap<>(environment)
        .forEach(
            (variable, text) -> {
              if (!variable.startsWith(PREFIX) || NOT_OPTIONS.contains(variable)) {
                return;
              }
              String name = known.get(variable);
              if (name == null) {
                name = formerName(variable);
              }
              if (name == null) {
                note(
                    "unrecognized environment variable",
                    Map.of("environment-variable", variable + "=" + text));
              } else if (commandLine.lastValue(name) != null) {
                throw ConfigurationException.fatal(
                    "conflicting environment variable is shadowed by corresponding command-line"
                        + " flag (either unset environment variable or disable flag))",
                    Map.of("environment-variable", variable));
              } else if (!text.isEmpty()) {
                assign(name, text);
              }
            });
  }

  private static @Nullable String formerName(String variable) {
    String name = variable.substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
    return Options.formerlyNamed(name) != null || Options.gateFormerlyNamed(name) != null
        ? name
        : null;
  }

  private void readFile(Path file) {
    ConfigFile.read(file)
        .forEach(
            (key, text) -> {
              if (Options.named(key) == null
                  && Options.formerlyNamed(key) == null
                  && Options.gateFormerlyNamed(key) == null) {
                note(
                    "unknown key in the config file is ignored",
                    Map.of("key", key, "nearest", Options.nearest(key).name()));
              } else {
                assign(key, text);
              }
            });
  }

  private void set(Option<?> option, String text) {
    if (text.indexOf('\0') >= 0) {
      // only a config file can bring one; no path and no name has it
      throw ConfigurationException.usage("--%s contains a NUL character".formatted(option.name()));
    }
    Object value = option.parse(text);
    values.put(option, value);
    explicit.add(option);
    if (option.support() == Option.Support.IGNORED && !value.equals(option.defaultValue())) {
      note(
          "option is accepted but has no effect",
          Map.of("option", option.name(), "reason", option.supportNote()));
    }
  }

  private Configuration finish() {
    if (!gatesByFormerFlag.isEmpty()) {
      Map<String, Boolean> merged = new TreeMap<>(gatesByFormerFlag);
      if (values.get(MemberOptions.FEATURE_GATES) instanceof FeatureGates gates) {
        merged.putAll(gates.chosen());
      }
      values.put(MemberOptions.FEATURE_GATES, new FeatureGates(merged));
    }
    Configuration configuration = new Configuration(values, explicit, notices);
    Validation.check(configuration);
    notices.addAll(TlsRules.notices(configuration));
    return new Configuration(values, explicit, notices);
  }

  private void note(String message, Map<String, Object> fields) {
    notices.add(new Configuration.Notice(message, fields));
  }
}
