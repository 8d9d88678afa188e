package dev.keelson.server.config;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * etcd's feature gates as the user set them.
 *
 * @param chosen the gates that were named, by name; the others keep their defaults
 */
public record FeatureGates(Map<String, Boolean> chosen) {

  /** A gate of etcd. */
  public enum Gate {
    StopGRPCServiceOnDefrag(Stage.ALPHA, false),
    InitialCorruptCheck(Stage.ALPHA, false),
    CompactHashCheck(Stage.ALPHA, false),
    TxnModeWriteWithSharedBuffer(Stage.BETA, true),
    LeaseCheckpoint(Stage.ALPHA, false),
    LeaseCheckpointPersist(Stage.ALPHA, false),
    SetMemberLocalAddr(Stage.ALPHA, false),
    FastLeaseKeepAlive(Stage.BETA, true),
    PriorityRequest(Stage.ALPHA, false);

    private final Stage stage;
    private final boolean enabledByDefault;

    Gate(Stage stage, boolean enabledByDefault) {
      this.stage = stage;
      this.enabledByDefault = enabledByDefault;
    }

    /** How settled the feature is. */
    public Stage stage() {
      return stage;
    }
  }

  /** How settled a feature is. */
  public enum Stage {
    ALPHA("AllAlpha"),
    BETA("AllBeta");

    private final String groupName;

    Stage(String groupName) {
      this.groupName = groupName;
    }
  }

  /** Copies {@code chosen} in name order. */
  public FeatureGates {
    chosen = Collections.unmodifiableMap(new TreeMap<>(chosen));
  }

  /**
   * Reads {@code Name=true,Name=false}.
   *
   * @throws IllegalArgumentException for an unknown gate or a value that is not a boolean
   */
  static FeatureGates parse(String text) {
    TreeMap<String, Boolean> chosen = new TreeMap<>();
    for (String item : text.split(",", -1)) {
      if (item.isBlank()) {
        continue;
      }
      String[] parts = item.strip().split("=", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException("missing bool value for feature gate " + parts[0]);
      }
      if (!isKnown(parts[0])) {
        throw new IllegalArgumentException("unrecognized feature gate: " + parts[0]);
      }
      try {
        chosen.put(parts[0], OptionType.SWITCH.parse(parts[1]));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "invalid value of %s: %s, err: parse error".formatted(parts[0], parts[1]), e);
      }
    }
    return new FeatureGates(chosen);
  }

  private static boolean isKnown(String name) {
    for (Gate gate : Gate.values()) {
      if (gate.name().equals(name)) {
        return true;
      }
    }
    return name.equals(Stage.ALPHA.groupName) || name.equals(Stage.BETA.groupName);
  }

  /** Whether a gate is open: as named, else as its group was named, else by default. */
  public boolean isEnabled(Gate gate) {
    Boolean own = chosen.get(gate.name());
    Boolean group = chosen.get(gate.stage.groupName);
    return own != null ? own : group != null ? group : gate.enabledByDefault;
  }

  @Override
  public String toString() {
    return chosen.entrySet().stream()
        .map(gate -> gate.getKey() + "=" + gate.getValue())
        .collect(Collectors.joining(","));
  }
}
