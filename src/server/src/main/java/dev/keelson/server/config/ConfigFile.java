package dev.keelson.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * etcd's YAML or JSON config file, flattened to flag names and texts. Durations may be integers of
 * nanoseconds, as etcd writes them, or Go texts.
 */
final class ConfigFile {

  /** Nested keys whose flag is not simply prefix + key. */
  private static final Map<String, String> IRREGULAR =
      Map.of(
          "client-transport-security.allowed-hostname", "client-cert-allowed-hostname",
          "client-transport-security.allowed-hostnames", "client-cert-allowed-hostname",
          "peer-transport-security.allowed-cn", "peer-cert-allowed-cn",
          "peer-transport-security.allowed-cns", "peer-cert-allowed-cn",
          "peer-transport-security.allowed-hostname", "peer-cert-allowed-hostname",
          "peer-transport-security.allowed-hostnames", "peer-cert-allowed-hostname");

  /** Prefixes of the flags that a nested block sets. */
  private static final Map<String, String> BLOCKS =
      Map.of(
          "client-transport-security", "",
          "peer-transport-security", "peer-",
          "discovery-config", "discovery-");

  private ConfigFile() {}

  /**
   * Reads a file.
   *
   * @return texts by flag name, in the file's order; unknown keys are kept
   * @throws ConfigurationException when the file cannot be read or is not a YAML map
   */
  static Map<String, String> read(Path file) {
    Object root;
    try (Reader reader = Files.newBufferedReader(file)) {
      root = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
    } catch (IOException e) {
      throw unreadable(file, "cannot be read");
    } catch (RuntimeException e) {
      // a YAMLException, or what SnakeYAML lets through of the conversion of a tagged value
      throw unreadable(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("no YAML"));
    }
    if (root == null) {
      return Map.of();
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw unreadable(file, "is not a map of options");
    }
    Map<String, String> texts = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          String name = String.valueOf(key);
          if (BLOCKS.containsKey(name) && value instanceof Map<?, ?> block) {
            block.forEach((k, v) -> put(texts, flagName(name, String.valueOf(k)), v));
          } else {
            put(texts, name, value);
          }
        });
    return texts;
  }

  private static String flagName(String block, String key) {
    String irregular = IRREGULAR.get(block + "." + key);
    return irregular != null ? irregular : BLOCKS.get(block) + key;
  }

  private static void put(Map<String, String> texts, String name, @Nullable Object value) {
    if (value == null) {
      return;
    }
    Option<?> option = Options.named(name);
    boolean nanos =
        option != null && option.type() == OptionType.DURATION && value instanceof Number;
    if (nanos) {
      texts.put(name, GoDuration.format(Duration.ofNanos(((Number) value).longValue())));
    } else if (value instanceof List<?> list) {
      texts.put(name, list.stream().map(String::valueOf).collect(Collectors.joining(",")));
    } else if (!(value instanceof String text && text.isEmpty())) {
      texts.put(name, String.valueOf(value)); // an empty text leaves the default, as in etcd
    }
  }

  private static ConfigurationException unreadable(Path file, String why) {
    return ConfigurationException.usage("config file %s: %s".formatted(file, why));
  }
}
