package dev.keelson.node;

import dev.keelson.storage.wal.WalOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The flags of {@link MemberMain}: those of etcd's that say who a member is and how it keeps time,
 * and three of its own that make rare things frequent. The product's flags are the server's.
 */
final class MemberFlags {
  /** How much is applied before the state is flushed. */
  static final String MEMTABLE_BYTES = "memtable-bytes";

  /** How large a segment of the log is. */
  static final String SEGMENT_BYTES = "wal-segment-bytes";

  /** How much of the log stays in the heap. */
  static final String LOG_CACHE_BYTES = "log-cache-bytes";

  private static final Set<String> KNOWN =
      Set.of(
          "name",
          "data-dir",
          "listen-client-urls",
          "advertise-client-urls",
          "listen-peer-urls",
          "initial-advertise-peer-urls",
          "initial-cluster",
          "initial-cluster-state",
          "initial-cluster-token",
          "strict-reconfig-check",
          "heartbeat-interval",
          "election-timeout",
          "snapshot-catchup-entries",
          "watch-progress-notify-interval-ms",
          MEMTABLE_BYTES,
          SEGMENT_BYTES,
          LOG_CACHE_BYTES);

  private final Map<String, String> values = new TreeMap<>();

  private MemberFlags() {}

  /**
   * Reads {@code --name value} pairs; of a flag given twice, the last counts.
   *
   * @throws IllegalArgumentException naming a flag that is unknown or lacks its value
   */
  static MemberFlags parse(String... arguments) {
    MemberFlags flags = new MemberFlags();
    for (int i = 0; i < arguments.length; i += 2) {
      String flag = arguments[i];
      if (!flag.startsWith("--") || !KNOWN.contains(flag.substring(2))) {
        throw new IllegalArgumentException("unknown flag " + flag);
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(flag + " needs a value");
      }
      flags.values.put(flag.substring(2), arguments[i + 1]);
    }
    return flags;
  }

  private String text(String flag, String otherwise) {
    return values.getOrDefault(flag, otherwise);
  }

  private long number(String flag, long otherwise) {
    String text = values.get(flag);
    if (text == null) {
      return otherwise;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + flag + " " + text + ": not a number", e);
    }
  }

  private int integer(String flag, int otherwise) {
    return Math.toIntExact(number(flag, otherwise));
  }

  private List<String> urls(String flag, String otherwise) {
    return List.of(text(flag, otherwise).split(",", -1));
  }

  /** Where clients connect. */
  List<String> listenClientUrls() {
    return urls("listen-client-urls", "http://127.0.0.1:2379");
  }

  /** Where other members connect. */
  List<String> listenPeerUrls() {
    return urls("listen-peer-urls", "http://127.0.0.1:2380");
  }

  /** The sizes of the log's segments. */
  WalOptions walOptions() {
    int segment = integer(SEGMENT_BYTES, WalOptions.DEFAULT.segmentBytes());
    return new WalOptions(segment, Math.min(segment, WalOptions.DEFAULT.firstSegmentBytes()));
  }

  /** All of it, on top of etcd's defaults. */
  MemberSettings settings() {
    Path dataDir = Path.of(text("data-dir", "default.keelson"));
    MemberSettings usual = MemberSettings.standalone(dataDir);
    MemberSettings.Memory memory = usual.memory();
    String name = text("name", usual.name());
    List<String> peerUrls = urls("initial-advertise-peer-urls", listenPeerUrls().getFirst());
    return new MemberSettings(
        name,
        dataDir,
        usual.walDir(),
        peerUrls,
        urls("advertise-client-urls", listenClientUrls().getFirst()),
        cluster(name, peerUrls),
        integer("heartbeat-interval", usual.heartbeatMillis()),
        integer("election-timeout", usual.electionMillis()),
        usual.preVote(),
        usual.requestBytesMax(),
        usual.txnOpsMax(),
        usual.quotaBytes(),
        integer("snapshot-catchup-entries", usual.logKeepEntries()),
        usual.compactionBatch(),
        usual.compactionPauseMillis(),
        number("watch-progress-notify-interval-ms", usual.progressMillis()),
        usual.fsync(),
        new MemberSettings.Memory(
            memory.blockCacheBytes(),
            number(MEMTABLE_BYTES, memory.memtableBytes()),
            number(LOG_CACHE_BYTES, memory.logCacheBytes()),
            memory.watchRingBytes()),
        usual.auth(),
        usual.upkeep());
  }

  private MemberSettings.Cluster cluster(String name, List<String> peerUrls) {
    SortedMap<String, List<String>> members = new TreeMap<>();
    String listed = text("initial-cluster", name + "=" + peerUrls.getFirst());
    for (String item : listed.split(",", -1)) {
      String[] parts = item.split("=", 2);
      if (parts.length != 2) {
        throw new IllegalArgumentException("--initial-cluster: no URL in " + item);
      }
      members.computeIfAbsent(parts[0], _ -> new ArrayList<>()).add(parts[1]);
    }
    MemberSettings.Cluster usual = MemberSettings.Cluster.of(members);
    return new MemberSettings.Cluster(
        members,
        true,
        text("initial-cluster-token", usual.token()),
        text("initial-cluster-state", "new").equals("existing"),
        usual.forceNew(),
        Boolean.parseBoolean(
            text("strict-reconfig-check", Boolean.toString(usual.strictReconfiguration()))),
        usual.learnersMax(),
        usual.promoteLearners(),
        usual.advanceElection(),
        usual.checks());
  }
}
