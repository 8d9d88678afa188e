package dev.keelson.server.config;

import dev.keelson.node.compaction.CompactionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The validated settings of one member. Immutable; every option has a value.
 *
 * <p>Read a setting with its option: {@code configuration.get(MemberOptions.NAME)}.
 */
public final class Configuration {

  private final Map<Option<?>, Object> values;
  private final Set<Option<?>> explicit;
  private final List<Notice> notices;

  /**
   * Something to log once logging is set up.
   *
   * @param message a constant text
   * @param fields what it is about
   */
  public record Notice(String message, Map<String, Object> fields) {}

  Configuration(Map<Option<?>, Object> values, Set<Option<?>> explicit, List<Notice> notices) {
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    this.explicit = Set.copyOf(explicit);
    this.notices = List.copyOf(notices);
  }

  /** The value of an option: as set, else its default. */
  public <T> T get(Option<T> option) {
    @SuppressWarnings("unchecked") // the loader stores under an option only what its type parsed
    T value = (T) values.get(option);
    if (value == null) {
      throw new IllegalArgumentException("not in the table of options: " + option.name());
    }
    return value;
  }

  /** Whether a flag, the environment or the file set the option. */
  public boolean isSet(Option<?> option) {
    return explicit.contains(option);
  }

  /** The data directory: as set, else {@code <name>.keelson} in the working directory. */
  public Path dataDir() {
    String path = get(MemberOptions.DATA_DIR);
    return Path.of(path.isEmpty() ? get(MemberOptions.NAME) + ".keelson" : path);
  }

  /**
   * What the options of automatic compaction ask for together. A bare number is a number of hours,
   * or of revisions, by the mode.
   */
  public CompactionPolicy compactionPolicy() {
    String retention = get(MemberOptions.AUTO_COMPACTION_RETENTION);
    boolean bare = retention.chars().allMatch(c -> c >= '0' && c <= '9') && !retention.isEmpty();
    try {
      if (get(MemberOptions.AUTO_COMPACTION_MODE).equals("revision") && bare) {
        long kept = Long.parseLong(retention);
        return kept == 0 ? new CompactionPolicy.Off() : new CompactionPolicy.ByRevision(kept);
      }
      Duration kept =
          bare ? Duration.ofHours(Long.parseLong(retention)) : GoDuration.parse(retention);
      if (kept.isZero()) {
        return new CompactionPolicy.Off();
      }
      if (kept.isPositive() && get(MemberOptions.AUTO_COMPACTION_MODE).equals("periodic")) {
        return new CompactionPolicy.Periodic(kept);
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // told of below
    }
    throw ConfigurationException.usage(
        "error parsing CompactionRetention: invalid --%s %s"
            .formatted(MemberOptions.AUTO_COMPACTION_RETENTION.name(), retention));
  }

  /**
   * The members at bootstrap: as set, else this member alone under its advertised peer URLs. With
   * discovery others may be found.
   */
  public InitialCluster initialCluster() {
    boolean discovers =
        !get(ExternalOptions.DISCOVERY_ENDPOINTS).isEmpty()
            || !get(ExternalOptions.DISCOVERY_SRV).isEmpty();
    return isSet(MemberOptions.INITIAL_CLUSTER) && !discovers
        ? get(MemberOptions.INITIAL_CLUSTER)
        : new InitialCluster(
            Map.of(get(MemberOptions.NAME), get(MemberOptions.INITIAL_ADVERTISE_PEER_URLS)));
  }

  /** Warnings gathered while reading: deprecated or ignored options, unknown names. */
  public List<Notice> notices() {
    return notices;
  }

  /** Every value in loggable form by option name, for the start-up line. Passwords are hidden. */
  public Map<String, Object> shown() {
    Map<String, Object> shown = new LinkedHashMap<>();
    values.forEach((option, value) -> shown.put(option.name(), show(option, value)));
    shown.remove(Options.HELP.name());
    shown.remove(Options.VERSION.name());
    shown.remove(ExternalOptions.DISCOVERY_PASSWORD.name());
    shown.put(MemberOptions.DATA_DIR.name(), dataDir().toString());
    shown.put(MemberOptions.INITIAL_CLUSTER.name(), initialCluster().toString());
    return shown;
  }

  private static <T> Object show(Option<T> option, Object value) {
    @SuppressWarnings("unchecked") // as in get
    T typed = (T) value;
    return option.type().shown(typed);
  }
}
