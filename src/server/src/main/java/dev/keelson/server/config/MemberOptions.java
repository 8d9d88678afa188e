package dev.keelson.server.config;

import static dev.keelson.server.config.Option.ignored;
import static dev.keelson.server.config.Option.works;
import static dev.keelson.server.config.OptionType.CLUSTER;
import static dev.keelson.server.config.OptionType.DURATION;
import static dev.keelson.server.config.OptionType.GATES;
import static dev.keelson.server.config.OptionType.INT;
import static dev.keelson.server.config.OptionType.LONG;
import static dev.keelson.server.config.OptionType.SWITCH;
import static dev.keelson.server.config.OptionType.TEXT;
import static dev.keelson.server.config.OptionType.UINT64;
import static dev.keelson.server.config.OptionType.URLS;
import static dev.keelson.server.config.OptionType.oneOf;

import java.time.Duration;
import java.util.List;

/** Options of the member, its place in the cluster, consensus and storage. */
public final class MemberOptions {

  public static final Option<String> NAME =
      works("name", TEXT, "default", "Human-readable name of this member.");
  public static final Option<String> DATA_DIR =
      works("data-dir", TEXT, "", "Path to the data directory (default \"${name}.keelson\").");
  public static final Option<String> WAL_DIR =
      works("wal-dir", TEXT, "", "Path to a separate directory for the log.");
  public static final Option<Long> SNAPSHOT_COUNT =
      ignored(
          "snapshot-count",
          UINT64,
          "10000",
          "Applied entries between two snapshots.",
          "the log is shortened whenever the state has been flushed");
  public static final Option<Long> SNAPSHOT_CATCHUP_ENTRIES =
      works(
          "snapshot-catchup-entries",
          UINT64,
          "5000",
          "Log entries kept behind a snapshot for slow followers.");
  public static final Option<Integer> HEARTBEAT_INTERVAL =
      works("heartbeat-interval", INT, "100", "Time of a heartbeat, in milliseconds.");
  public static final Option<Integer> ELECTION_TIMEOUT =
      works("election-timeout", INT, "1000", "Time without a leader before an election, in ms.");
  public static final Option<Boolean> INITIAL_ELECTION_TICK_ADVANCE =
      works(
          "initial-election-tick-advance",
          SWITCH,
          "true",
          "Shorten the first election wait at boot.");
  public static final Option<Boolean> PRE_VOTE =
      works(
          "pre-vote",
          SWITCH,
          "true",
          "Ask before an election, so that a rejoining member does not disturb.");
  public static final Option<Integer> MAX_LEARNERS =
      works("max-learners", INT, "1", "Largest number of learners in the cluster.");
  public static final Option<Boolean> STRICT_RECONFIG_CHECK =
      works(
          "strict-reconfig-check",
          SWITCH,
          "true",
          "Refuse membership changes that would lose quorum.");
  public static final Option<List<Url>> INITIAL_ADVERTISE_PEER_URLS =
      works(
          "initial-advertise-peer-urls",
          URLS,
          "http://localhost:2380",
          "This member's peer URLs for the rest of the cluster.");
  public static final Option<InitialCluster> INITIAL_CLUSTER =
      works(
          "initial-cluster",
          CLUSTER,
          "",
          "Members at bootstrap (default \"${name}=${initial-advertise-peer-urls}\").");
  public static final Option<String> INITIAL_CLUSTER_STATE =
      works(
          "initial-cluster-state",
          oneOf("new", "existing"),
          "new",
          "Whether the cluster is created or joined.");
  public static final Option<String> INITIAL_CLUSTER_TOKEN =
      works(
          "initial-cluster-token",
          TEXT,
          "etcd-cluster",
          "Token that sets clusters of equal shape apart.");
  public static final Option<Boolean> FORCE_NEW_CLUSTER =
      works(
          "force-new-cluster",
          SWITCH,
          "false",
          "Restart as a one-member cluster, keeping the data.");
  public static final Option<Boolean> PROMOTE_LEARNERS =
      works(
          "promote-learners",
          SWITCH,
          "false",
          "Make a learner a voter as soon as it has caught up (not in etcd).");
  public static final Option<Integer> RAFT_MAX_MESSAGE_BYTES =
      works(
          "raft-max-message-bytes",
          INT,
          "67108864",
          "Largest message taken from another member (not in etcd).");
  public static final Option<Long> SNAPSHOT_BYTES_PER_SECOND =
      works(
          "snapshot-bytes-per-second",
          LONG,
          "268435456",
          "How fast snapshots are sent, to members and to clients; 0 is no limit (not in etcd).");
  public static final Option<FeatureGates> FEATURE_GATES =
      works("feature-gates", GATES, "", "Features to switch on or off.");
  public static final Option<Long> QUOTA_BACKEND_BYTES =
      works(
          "quota-backend-bytes",
          LONG,
          "0",
          "Quota of the data in bytes (0 means 2 GiB, negative none).");
  public static final Option<Boolean> UNSAFE_NO_FSYNC =
      works(
          "unsafe-no-fsync",
          SWITCH,
          "false",
          "Do not wait for the disk: a crash may lose acknowledged writes.");
  public static final Option<String> AUTO_COMPACTION_MODE =
      works(
          "auto-compaction-mode",
          oneOf("periodic", "revision"),
          "periodic",
          "What auto-compaction-retention counts.");
  public static final Option<String> AUTO_COMPACTION_RETENTION =
      works(
          "auto-compaction-retention",
          TEXT,
          "0",
          "History kept by automatic compaction: a duration, hours, or revisions; 0 is off.");
  public static final Option<Integer> COMPACTION_BATCH_LIMIT =
      works("compaction-batch-limit", INT, "1000", "Revisions removed per compaction batch.");
  public static final Option<Duration> COMPACTION_SLEEP_INTERVAL =
      works("compaction-sleep-interval", DURATION, "10ms", "Pause between compaction batches.");
  public static final Option<Duration> WATCH_PROGRESS_NOTIFY_INTERVAL =
      works(
          "watch-progress-notify-interval",
          DURATION,
          "10m",
          "Period of watch progress notifications.");
  public static final Option<Duration> WARNING_APPLY_DURATION =
      works("warning-apply-duration", DURATION, "100ms", "An apply slower than this is logged.");
  public static final Option<Duration> WARNING_UNARY_REQUEST_DURATION =
      works(
          "warning-unary-request-duration",
          DURATION,
          "300ms",
          "A unary request slower than this is logged.");
  public static final Option<Duration> BACKEND_BATCH_INTERVAL =
      ignored(
          "backend-batch-interval",
          DURATION,
          "0",
          "Longest time before a backend commit.",
          "every apply batch is one storage batch");
  public static final Option<Integer> BACKEND_BATCH_LIMIT =
      ignored(
          "backend-batch-limit",
          INT,
          "0",
          "Most operations before a backend commit.",
          "every apply batch is one storage batch");
  public static final Option<String> BACKEND_BBOLT_FREELIST_TYPE =
      ignored(
          "backend-bbolt-freelist-type",
          oneOf("array", "map"),
          "map",
          "Kind of bbolt free list.",
          "the storage engine is not bbolt");
  public static final Option<Integer> BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES =
      ignored(
          "bootstrap-defrag-threshold-megabytes",
          INT,
          "0",
          "Defragment at boot if this much can be freed.",
          "the storage engine needs no defragmentation");
  public static final Option<Boolean> MEMORY_MLOCK =
      ignored(
          "memory-mlock",
          SWITCH,
          "false",
          "Lock the backend's pages in memory.",
          "the storage engine does not map its files");
  public static final Option<Integer> MAX_SNAPSHOTS =
      ignored(
          "max-snapshots",
          INT,
          "5",
          "Snapshot files to keep.",
          "max-snapshots is deprecated in 3.6 and will be decommissioned in 3.8");
  public static final Option<Integer> MAX_WALS =
      ignored(
          "max-wals",
          INT,
          "5",
          "Log files to keep.",
          "log files are removed as soon as no follower needs them");
  public static final Option<Duration> CORRUPT_CHECK_TIME =
      works(
          "corrupt-check-time",
          DURATION,
          "0",
          "Period of the hash check across members; 0 is off.");
  public static final Option<Duration> COMPACT_HASH_CHECK_TIME =
      works(
          "compact-hash-check-time",
          DURATION,
          "1m",
          "Period of the check of compaction hashes, with the feature gate CompactHashCheck.");
  public static final Option<Duration> DOWNGRADE_CHECK_TIME =
      ignored(
          "downgrade-check-time",
          DURATION,
          "5s",
          "Period of the downgrade monitor.",
          "downgrades are not monitored");
  public static final Option<String> V2_DEPRECATION =
      ignored(
          "v2-deprecation",
          oneOf("not-yet", "write-only", "write-only-drop-data", "gone"),
          "write-only",
          "Phase of the v2 store's removal.",
          "v2-deprecation is deprecated and scheduled for removal in v3.8. The default value is enforced, ignoring user input");

  static final List<Option<?>> ALL =
      List.of(
          NAME,
          DATA_DIR,
          WAL_DIR,
          SNAPSHOT_COUNT,
          SNAPSHOT_CATCHUP_ENTRIES,
          HEARTBEAT_INTERVAL,
          ELECTION_TIMEOUT,
          INITIAL_ELECTION_TICK_ADVANCE,
          PRE_VOTE,
          MAX_LEARNERS,
          STRICT_RECONFIG_CHECK,
          INITIAL_ADVERTISE_PEER_URLS,
          INITIAL_CLUSTER,
          INITIAL_CLUSTER_STATE,
          INITIAL_CLUSTER_TOKEN,
          FORCE_NEW_CLUSTER,
          PROMOTE_LEARNERS,
          RAFT_MAX_MESSAGE_BYTES,
          SNAPSHOT_BYTES_PER_SECOND,
          FEATURE_GATES,
          QUOTA_BACKEND_BYTES,
          UNSAFE_NO_FSYNC,
          AUTO_COMPACTION_MODE,
          AUTO_COMPACTION_RETENTION,
          COMPACTION_BATCH_LIMIT,
          COMPACTION_SLEEP_INTERVAL,
          WATCH_PROGRESS_NOTIFY_INTERVAL,
          WARNING_APPLY_DURATION,
          WARNING_UNARY_REQUEST_DURATION,
          BACKEND_BATCH_INTERVAL,
          BACKEND_BATCH_LIMIT,
          BACKEND_BBOLT_FREELIST_TYPE,
          BOOTSTRAP_DEFRAG_THRESHOLD_MEGABYTES,
          MEMORY_MLOCK,
          MAX_SNAPSHOTS,
          MAX_WALS,
          CORRUPT_CHECK_TIME,
          COMPACT_HASH_CHECK_TIME,
          DOWNGRADE_CHECK_TIME,
          V2_DEPRECATION);

  private MemberOptions() {}
}
