package dev.keelson.operator.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Labels and annotations, and the selectors made of them. */
public final class Labels {
  /** Serial number of the member that a Pod or disk belongs to. */
  public static final String SERIAL = "keelson.dev/serial";

  /** Whether the client Service selects a Pod: {@code true} or {@code false}. */
  public static final String SERVING = "keelson.dev/serving";

  /** What a disk records about its member: seed, joining, voter or retained. */
  public static final String DISK_STATE = "keelson.dev/disk-state";

  /** The value of {@link #DISK_STATE} of a disk that belongs to no member any more. */
  public static final String RETAINED = "retained";

  /** Fingerprint of the specification that a Pod was made from. */
  public static final String REVISION = "keelson.dev/revision";

  /** Name of the backup that a Job works for. */
  public static final String BACKUP = "keelson.dev/backup";

  /** Name of the schedule that a backup was made by. */
  public static final String SCHEDULE = "keelson.dev/schedule";

  private Labels() {}

  /** On every object of a cluster. */
  public static SortedMap<String, String> common(Names names) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put("app.kubernetes.io/name", "keelson");
    labels.put("app.kubernetes.io/instance", names.cluster());
    labels.put("app.kubernetes.io/managed-by", "keelson-operator");
    return labels;
  }

  /** Selects exactly the member Pods. */
  public static SortedMap<String, String> members(Names names) {
    SortedMap<String, String> labels = new TreeMap<>();
    labels.put("app.kubernetes.io/name", "keelson");
    labels.put("app.kubernetes.io/instance", names.cluster());
    labels.put("app.kubernetes.io/component", "member");
    return Collections.unmodifiableSortedMap(labels);
  }

  /** On the Pod or disk of one member. */
  static SortedMap<String, String> member(Names names, long serial) {
    SortedMap<String, String> labels = common(names);
    labels.putAll(members(names));
    labels.put(SERIAL, Long.toString(serial));
    return labels;
  }

  /** The selector of exactly the member Pods, as {@code status.selector} holds it for scaling. */
  public static String selector(Names names) {
    return members(names).entrySet().stream()
        .map(label -> label.getKey() + "=" + label.getValue())
        .collect(Collectors.joining(","));
  }

  static Map<String, String> with(Map<String, String> more, Map<String, String> ours) {
    Map<String, String> all = new TreeMap<>(more);
    all.putAll(ours);
    return all;
  }
}
