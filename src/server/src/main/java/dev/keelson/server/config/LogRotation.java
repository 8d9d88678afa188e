package dev.keelson.server.config;

import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * {@code --log-rotation-config-json}.
 *
 * @param maxSizeMegabytes a file that would grow beyond is put aside; 0 stands for 100
 * @param maxAgeDays older files are removed; 0 keeps them
 * @param maxBackups how many files are kept; 0 keeps all
 * @param localTime whether the names of the files have local time, else UTC
 * @param compress whether files put aside are compressed
 */
public record LogRotation(
    int maxSizeMegabytes, int maxAgeDays, int maxBackups, boolean localTime, boolean compress) {

  private static final int DEFAULT_MEGABYTES = 100;

  static final LogRotation DEFAULT = new LogRotation(DEFAULT_MEGABYTES, 0, 0, false, false);

  /**
   * Reads the JSON object; keys that are left out are zero, as in Go.
   *
   * @throws IllegalArgumentException in etcd's words
   */
  static LogRotation parse(String json) {
    if (json.equals(DEFAULT.toString())) {
      return DEFAULT; // no start needs the parser for that
    }
    Object root;
    try {
      // JSON is YAML, and the config file's parser is there already
      root = new Yaml(new SafeConstructor(new LoaderOptions())).load(json);
    } catch (YAMLException e) {
      throw new IllegalArgumentException("improperly formatted log rotation config: no JSON", e);
    }
    if (!json.strip().startsWith("{") || !(root instanceof Map<?, ?> map)) {
      throw new IllegalArgumentException(
          "improperly formatted log rotation config: no JSON object");
    }
    int megabytes = number(map, "maxsize");
    return new LogRotation(
        megabytes == 0 ? DEFAULT_MEGABYTES : megabytes,
        number(map, "maxage"),
        number(map, "maxbackups"),
        flag(map, "localtime"),
        flag(map, "compress"));
  }

  private static int number(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      return 0;
    }
    if (!(value instanceof Integer number) || number < 0) {
      throw new IllegalArgumentException("invalid log rotation config: " + key);
    }
    return number;
  }

  private static boolean flag(Map<?, ?> map, String key) {
    Object value = map.get(key);
    if (value == null) {
      return false;
    }
    if (!(value instanceof Boolean flag)) {
      throw new IllegalArgumentException("invalid log rotation config: " + key);
    }
    return flag;
  }

  @Override
  public String toString() {
    return "{\"maxsize\": %d, \"maxage\": %d, \"maxbackups\": %d, \"localtime\": %b, \"compress\": %b}"
        .formatted(maxSizeMegabytes, maxAgeDays, maxBackups, localTime, compress);
  }
}
