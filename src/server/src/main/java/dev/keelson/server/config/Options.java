package dev.keelson.server.config;

import static dev.keelson.server.config.OptionType.SWITCH;
import static dev.keelson.server.config.OptionType.TEXT;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of every option, and the older spellings etcd 3.6 still takes. */
public final class Options {

  static final Option<String> CONFIG_FILE =
      Option.works("config-file", TEXT, "", "YAML file that replaces all other flags and ETCD_*.");
  static final Option<Boolean> HELP = Option.works("help", SWITCH, "false", "Print this help.");
  static final Option<Boolean> VERSION =
      Option.works("version", SWITCH, "false", "Print the version.");

  /** Sections of {@code --help}, in order. */
  static final Map<String, List<Option<?>>> SECTIONS = sections();

  private static final Map<String, Option<?>> BY_NAME = byName();

  /** Flags of etcd 3.5 under {@code --experimental-}, whose plain spelling means the same. */
  private static final List<String> FORMERLY_EXPERIMENTAL =
      List.of(
          "bootstrap-defrag-threshold-megabytes",
          "compact-hash-check-time",
          "compaction-batch-limit",
          "compaction-sleep-interval",
          "corrupt-check-time",
          "distributed-tracing-address",
          "distributed-tracing-service-name",
          "distributed-tracing-instance-id",
          "distributed-tracing-sampling-rate",
          "downgrade-check-time",
          "enable-distributed-tracing",
          "memory-mlock",
          "peer-skip-client-san-verification",
          "snapshot-catchup-entries",
          "warning-apply-duration",
          "warning-unary-request-duration",
          "watch-progress-notify-interval");

  /** Flags of etcd 3.5 that became feature gates. */
  private static final Map<String, FeatureGates.Gate> FORMER_FLAG_OF_GATE =
      Map.of(
          "experimental-initial-corrupt-check", FeatureGates.Gate.InitialCorruptCheck,
          "experimental-compact-hash-check-enabled", FeatureGates.Gate.CompactHashCheck,
          "experimental-enable-lease-checkpoint", FeatureGates.Gate.LeaseCheckpoint,
          "experimental-enable-lease-checkpoint-persist", FeatureGates.Gate.LeaseCheckpointPersist,
          "experimental-stop-grpc-service-on-defrag", FeatureGates.Gate.StopGRPCServiceOnDefrag,
          "experimental-txn-mode-write-with-shared-buffer",
              FeatureGates.Gate.TxnModeWriteWithSharedBuffer);

  private Options() {}

  private static Map<String, List<Option<?>>> sections() {
    Map<String, List<Option<?>>> sections = new LinkedHashMap<>();
    sections.put("General", List.of(CONFIG_FILE, HELP, VERSION));
    sections.put("Member, cluster and storage", MemberOptions.ALL);
    sections.put("Listeners, gRPC, HTTP and logs", ServingOptions.ALL);
    sections.put("Security", SecurityOptions.ALL);
    sections.put("Discovery and tracing", ExternalOptions.ALL);
    return Collections.unmodifiableMap(sections);
  }

  private static Map<String, Option<?>> byName() {
    Map<String, Option<?>> byName = new LinkedHashMap<>();
    SECTIONS.values().forEach(section -> section.forEach(o -> byName.put(o.name(), o)));
    return Collections.unmodifiableMap(byName);
  }

  /** Every option, in the order of {@code --help}. */
  public static Iterable<Option<?>> all() {
    return BY_NAME.values();
  }

  /** The option with this exact name. */
  static @Nullable Option<?> named(String name) {
    return BY_NAME.get(name);
  }

  /** The plain option that a former {@code --experimental-} flag stands for. */
  static @Nullable Option<?> formerlyNamed(String name) {
    String plain = name.startsWith("experimental-") ? name.substring("experimental-".length()) : "";
    return FORMERLY_EXPERIMENTAL.contains(plain) ? BY_NAME.get(plain) : null;
  }

  /** The feature gate that a former {@code --experimental-} flag stands for. */
  static FeatureGates.@Nullable Gate gateFormerlyNamed(String name) {
    return FORMER_FLAG_OF_GATE.get(name);
  }

  /** The option whose name takes the fewest edits to become {@code name}. */
  static Option<?> nearest(String name) {
    Option<?> best = HELP;
    int bestDistance = Integer.MAX_VALUE;
    for (Option<?> option : all()) {
      int distance = EditDistance.between(name, option.name());
      if (distance < bestDistance) {
        best = option;
        bestDistance = distance;
      }
    }
    return best;
  }
}
