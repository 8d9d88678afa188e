package dev.keelson.node;

import dev.keelson.kv.watch.WatchSettings;
import dev.keelson.node.api.ApiContext;
import dev.keelson.node.api.auth.AuthSettings;
import dev.keelson.node.compaction.CompactionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a member is told at its start.
 *
 * @param name its name in the cluster
 * @param dataDir where everything is kept that must survive
 * @param walDir where the log is kept; usually inside {@code dataDir}
 * @param peerUrls where other members reach it
 * @param clientUrls where clients reach it, as published to the cluster
 * @param cluster which cluster it belongs to and how it gets there
 * @param heartbeatMillis the leader's heartbeat interval: one tick
 * @param electionMillis how long a follower waits for a leader before it stands for election
 * @param preVote whether an election is sounded out first
 * @param requestBytesMax the largest encoded request
 * @param txnOpsMax operations in a branch of a transaction
 * @param quotaBytes what the backend may take; 0 for no limit
 * @param logKeepEntries entries kept behind the newest flush for slow followers
 * @param compactionBatch events looked at in one step of a compaction
 * @param compactionPauseMillis pause between two steps
 * @param progressMillis interval of watch progress notifications
 * @param fsync whether the log is synced before a write is acknowledged; false loses data on a
 *     power failure
 * @param memory how much memory goes where
 * @param auth how callers are authenticated
 * @param upkeep what the member does and tells of its own accord
 */
public record MemberSettings(
    String name,
    Path dataDir,
    Path walDir,
    List<String> peerUrls,
    List<String> clientUrls,
    Cluster cluster,
    int heartbeatMillis,
    int electionMillis,
    boolean preVote,
    int requestBytesMax,
    int txnOpsMax,
    long quotaBytes,
    int logKeepEntries,
    int compactionBatch,
    int compactionPauseMillis,
    long progressMillis,
    boolean fsync,
    Memory memory,
    AuthSettings auth,
    Upkeep upkeep) {

  /**
   * The cluster, as the flags tell it. All but the last six matter only to a member without data.
   *
   * @param initialMembers peer URLs by name of the members the cluster starts with, this one
   *     included
   * @param named whether those are the names the members go by; else only that of this member is,
   *     and the log begins without names, as it has to begin alike on all members
   * @param token mixed into the ids, so that clusters with equal URLs differ
   * @param exists whether the cluster exists already and this member was added to it
   * @param forceNew whether to make this member, with its data, a cluster of its own
   * @param strictReconfiguration whether changes that could cost the quorum are refused
   * @param learnersMax how many learners there may be
   * @param promoteLearners whether a learner that has caught up becomes a voter by itself
   * @param advanceElection whether a member that starts and reaches others waits less for a leader
   * @param checks which hashes of what is stored are compared between members
   */
  public record Cluster(
      SortedMap<String, List<String>> initialMembers,
      boolean named,
      String token,
      boolean exists,
      boolean forceNew,
      boolean strictReconfiguration,
      int learnersMax,
      boolean promoteLearners,
      boolean advanceElection,
      CorruptionChecks checks) {
    /** Copies the members, in the order of their names. */
    public Cluster {
      initialMembers = Collections.unmodifiableSortedMap(new TreeMap<>(initialMembers));
    }

    /** A new cluster with etcd's defaults. */
    public static Cluster of(Map<String, List<String>> initialMembers) {
      return new Cluster(
          new TreeMap<>(initialMembers),
          true,
          "etcd-cluster",
          false,
          false,
          true,
          1,
          false,
          true,
          CorruptionChecks.NONE);
    }
  }

  /**
   * Comparisons of hashes, as etcd has them. Digests of what was applied are compared in any case.
   *
   * @param atStart whether a member compares what it has stored before it serves
   * @param everyMillis how often the leader compares all that is stored; 0 for never
   * @param compactionMillis how often the leader compares what the newest compaction left; 0 for
   *     never
   */
  public record CorruptionChecks(boolean atStart, long everyMillis, long compactionMillis) {
    /** etcd's defaults. */
    public static final CorruptionChecks NONE = new CorruptionChecks(false, 0, 0);
  }

  /**
   * The memory outside of the Java heap, and the parts of it that the heap holds.
   *
   * @param blockCacheBytes uncompressed blocks of the backend
   * @param memtableBytes unflushed changes; also bounds how much of the log is replayed after a
   *     crash
   * @param logCacheBytes recent log entries kept in the heap
   * @param watchRingBytes recent events kept in the heap for watchers
   */
  public record Memory(
      long blockCacheBytes, long memtableBytes, long logCacheBytes, long watchRingBytes) {
    /** For a heap of 256 MiB and about as much beside it. */
    public static final Memory DEFAULT = new Memory(96L << 20, 48L << 20, 8L << 20, 12L << 20);
  }

  /**
   * What a member does and tells of its own accord.
   *
   * @param slowApply from which an entry or a read is logged as slow
   * @param slowCall from which a whole unary call is logged as slow
   * @param compaction how much history is kept
   * @param snapshotBytesPerSecond how fast snapshots are sent to clients, all together; 0 for no
   *     limit
   */
  public record Upkeep(
      Duration slowApply,
      Duration slowCall,
      CompactionPolicy compaction,
      long snapshotBytesPerSecond) {
    /** As etcd's defaults: everything is kept. */
    public static final Upkeep DEFAULT =
        new Upkeep(
            Duration.ofMillis(100), Duration.ofMillis(300), new CompactionPolicy.Off(), 256L << 20);
  }

  /** How watchers are served. */
  WatchSettings watch() {
    return new WatchSettings(
            memory.watchRingBytes(),
            WatchSettings.DEFAULT.batchBytes(),
            WatchSettings.DEFAULT.fragmentBytes())
        .withMaxRequestBytes(requestBytesMax);
  }

  /** What a request may be at most. */
  ApiContext.Limits limits() {
    return new ApiContext.Limits(requestBytesMax, txnOpsMax, leaseTtlMinSeconds());
  }

  /** The shortest lease: one and a half election timeouts, in whole seconds, as in etcd. */
  long leaseTtlMinSeconds() {
    return (long) Math.ceil(electionMillis * 1.5 / 1000);
  }

  /** These settings for a member of another name, cluster and addresses. */
  public MemberSettings of(
      String otherName, List<String> otherPeerUrls, List<String> otherClientUrls, Cluster other) {
    return new MemberSettings(
        otherName,
        dataDir,
        walDir,
        otherPeerUrls,
        otherClientUrls,
        other,
        heartbeatMillis,
        electionMillis,
        preVote,
        requestBytesMax,
        txnOpsMax,
        quotaBytes,
        logKeepEntries,
        compactionBatch,
        compactionPauseMillis,
        progressMillis,
        fsync,
        memory,
        auth,
        upkeep);
  }

  /** How long a proposal or a linearizable read is waited for. */
  long requestTimeoutMillis() {
    return 5000L + 2L * electionMillis;
  }

  int electionTicks() {
    return electionMillis / heartbeatMillis;
  }

  /** Settings of a lone member with etcd's defaults. */
  public static MemberSettings standalone(Path dataDir) {
    return new MemberSettings(
        "default",
        dataDir,
        dataDir.resolve("wal"),
        List.of("http://localhost:2380"),
        List.of("http://localhost:2379"),
        Cluster.of(Map.of("default", List.of("http://localhost:2380"))),
        100,
        1000,
        true,
        1_572_864,
        128,
        2L << 30,
        5000,
        1000,
        10,
        600_000,
        true,
        Memory.DEFAULT,
        AuthSettings.DEFAULT,
        Upkeep.DEFAULT);
  }
}
