package dev.keelson.server;

import dev.keelson.node.MemberRemovedException;
import dev.keelson.node.MemberSettings;
import dev.keelson.node.MemberSettings.Memory;
import dev.keelson.node.MemberSettings.Upkeep;
import dev.keelson.node.MemberStartException;
import dev.keelson.node.api.auth.AuthSettings;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.peer.GrpcTransport;
import dev.keelson.node.peer.PeerSettings;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.raft.Status;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.FeatureGates;
import dev.keelson.server.config.MemberOptions;
import dev.keelson.server.config.Option;
import dev.keelson.server.config.SecurityOptions;
import dev.keelson.server.config.ServingOptions;
import dev.keelson.server.config.Url;
import dev.keelson.server.listen.ListenSettings;
import dev.keelson.server.listen.PeerPort;
import dev.keelson.server.member.Member;
import dev.keelson.server.member.MemberFactory;
import dev.keelson.server.member.MemberView;
import dev.keelson.server.member.ProductVersion;
import dev.keelson.server.member.StartException;
import dev.keelson.server.tls.TlsContexts;
import io.grpc.ServerServiceDefinition;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a member of {@code src/node} with the settings of this process. */
final class NodeMember implements Member, MemberView {
  private static final Logger log = LoggerFactory.getLogger(NodeMember.class);

  /** What {@code --quota-backend-bytes=0} means. */
  private static final long DEFAULT_QUOTA_BYTES = 2L << 30;

  private final Configuration configuration;
  private final TlsContexts tls;
  private volatile dev.keelson.node.@Nullable Member node;

  /** Makes the member of this process. */
  @Singleton
  static final class Factory implements MemberFactory {
    private final TlsContexts tls;

    Factory(TlsContexts tls) {
      this.tls = tls;
    }

    @Override
    public Member create(Configuration configuration) {
      return new NodeMember(configuration, tls);
    }
  }

  private NodeMember(Configuration configuration, TlsContexts tls) {
    this.configuration = configuration;
    this.tls = tls;
  }

  @Override
  public void start() {
    try {
      SystemEnvironment environment = new SystemEnvironment();
      GrpcTransport transport =
          new GrpcTransport(
              peerSettings(),
              environment,
              tls.peerClient(),
              new PeerPort(
                  tls.accepting(tls.peerServer()),
                  ListenSettings.PATIENCE,
                  () -> ProductVersion.json(this)));
      dev.keelson.node.Member opened =
          dev.keelson.node.Member.open(settings(), environment, transport, NodeMember::halt).get();
      node = opened;
      opened.start();
      opened.ready().get();
      log.atInfo()
          .addKeyValue("local-member-id", Long.toHexString(opened.memberId()))
          .addKeyValue("cluster-id", Long.toHexString(opened.clusterId()))
          .log("published local member to cluster through raft");
    } catch (UncheckedIOException e) {
      throw new StartException(
          "cannot listen for peers: " + e.getMessage(),
          Map.of(
              "listen-peer-urls",
              texts(configuration.get(ServingOptions.LISTEN_PEER_URLS)).toString()));
    } catch (ExecutionException e) {
      throw refusal(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartException("interrupted while starting", Map.of());
    }
  }

  private StartException refusal(@Nullable Throwable cause) {
    return new StartException(
        cause instanceof MemberStartException
            ? String.valueOf(cause.getMessage())
            : "the member failed while it started: " + cause,
        Map.of("path", configuration.dataDir().toString()));
  }

  /** After a failed write nothing may be answered any more, so nothing is cleaned up either. */
  private static void halt(Throwable cause) {
    if (cause instanceof MemberRemovedException) {
      log.warn("server has stopped: {}", cause.getMessage());
      Runtime.getRuntime().halt(0);
    }
    log.error(
        "halting: acknowledged data is safe in the log; mend the cause and start again", cause);
    Runtime.getRuntime().halt(1);
  }

  private MemberSettings settings() {
    Path dataDir = configuration.dataDir();
    String walDir = configuration.get(MemberOptions.WAL_DIR);
    long quota = configuration.get(MemberOptions.QUOTA_BACKEND_BYTES);
    return new MemberSettings(
        configuration.get(MemberOptions.NAME),
        dataDir,
        walDir.isEmpty() ? dataDir.resolve("wal") : Path.of(walDir),
        texts(configuration.get(MemberOptions.INITIAL_ADVERTISE_PEER_URLS)),
        texts(configuration.get(ServingOptions.ADVERTISE_CLIENT_URLS)),
        cluster(),
        configuration.get(MemberOptions.HEARTBEAT_INTERVAL),
        configuration.get(MemberOptions.ELECTION_TIMEOUT),
        configuration.get(MemberOptions.PRE_VOTE),
        Math.toIntExact(configuration.get(ServingOptions.MAX_REQUEST_BYTES)),
        Math.toIntExact(configuration.get(ServingOptions.MAX_TXN_OPS)),
        quota == 0 ? DEFAULT_QUOTA_BYTES : Math.max(quota, 0),
        Math.toIntExact(configuration.get(MemberOptions.SNAPSHOT_CATCHUP_ENTRIES)),
        configuration.get(MemberOptions.COMPACTION_BATCH_LIMIT),
        Math.toIntExact(configuration.get(MemberOptions.COMPACTION_SLEEP_INTERVAL).toMillis()),
        configuration.get(MemberOptions.WATCH_PROGRESS_NOTIFY_INTERVAL).toMillis(),
        !configuration.get(MemberOptions.UNSAFE_NO_FSYNC),
        Memory.DEFAULT,
        authSettings(),
        new Upkeep(
            configuration.get(MemberOptions.WARNING_APPLY_DURATION),
            configuration.get(MemberOptions.WARNING_UNARY_REQUEST_DURATION),
            configuration.compactionPolicy(),
            configuration.get(MemberOptions.SNAPSHOT_BYTES_PER_SECOND)));
  }

  private MemberSettings.Cluster cluster() {
    SortedMap<String, List<String>> members = new TreeMap<>();
    configuration
        .initialCluster()
        .members()
        .forEach((name, urls) -> members.put(name, texts(urls)));
    return new MemberSettings.Cluster(
        members,
        configuration.get(MemberOptions.INITIAL_CLUSTER_TOKEN),
        configuration.get(MemberOptions.INITIAL_CLUSTER_STATE).equals("existing"),
        configuration.get(MemberOptions.FORCE_NEW_CLUSTER),
        configuration.get(MemberOptions.STRICT_RECONFIG_CHECK),
        configuration.get(MemberOptions.MAX_LEARNERS),
        configuration.get(MemberOptions.PROMOTE_LEARNERS),
        configuration.get(MemberOptions.INITIAL_ELECTION_TICK_ADVANCE),
        checks());
  }

  private MemberSettings.CorruptionChecks checks() {
    FeatureGates gates = configuration.get(MemberOptions.FEATURE_GATES);
    return new MemberSettings.CorruptionChecks(
        gates.isEnabled(FeatureGates.Gate.InitialCorruptCheck),
        configuration.get(MemberOptions.CORRUPT_CHECK_TIME).toMillis(),
        gates.isEnabled(FeatureGates.Gate.CompactHashCheck)
            ? configuration.get(MemberOptions.COMPACT_HASH_CHECK_TIME).toMillis()
            : 0);
  }

  private PeerSettings peerSettings() {
    PeerSettings defaults =
        PeerSettings.of(texts(configuration.get(ServingOptions.LISTEN_PEER_URLS)));
    long least = defaults.readTimeoutMillis();
    return defaults
        .withReadTimeoutMillis(
            Math.min(
                atLeast(least, ServingOptions.RAFT_READ_TIMEOUT),
                atLeast(least, ServingOptions.RAFT_WRITE_TIMEOUT)))
        .withMessageBytesMax(configuration.get(MemberOptions.RAFT_MAX_MESSAGE_BYTES))
        .withSnapshotBytesPerSecond(configuration.get(MemberOptions.SNAPSHOT_BYTES_PER_SECOND));
  }

  /** etcd does not go below its default either. */
  private long atLeast(long leastMillis, Option<Duration> option) {
    long asked = configuration.get(option).toMillis();
    if (asked < leastMillis) {
      log.info("{} increased to minimum value: {}s", option.name(), leastMillis / 1000);
    }
    return Math.max(asked, leastMillis);
  }

  private AuthSettings authSettings() {
    return new AuthSettings(
        configuration.get(SecurityOptions.AUTH_TOKEN),
        configuration.get(SecurityOptions.AUTH_TOKEN_TTL),
        bcryptCost(configuration.get(SecurityOptions.BCRYPT_COST)),
        configuration.get(SecurityOptions.CLIENT_CERT_AUTH));
  }

  /** A cost that bcrypt does not know is replaced, as etcd does. */
  private static int bcryptCost(int asked) {
    if (asked >= AuthSettings.BCRYPT_COST_MIN && asked <= AuthSettings.BCRYPT_COST_MAX) {
      return asked;
    }
    log.atWarn()
        .addKeyValue("given-cost", asked)
        .addKeyValue("min-cost", AuthSettings.BCRYPT_COST_MIN)
        .addKeyValue("max-cost", AuthSettings.BCRYPT_COST_MAX)
        .log("use default bcrypt cost instead of the invalid given cost");
    return AuthSettings.DEFAULT.bcryptCost();
  }

  private static List<String> texts(Collection<Url> urls) {
    return urls.stream().map(Url::toString).toList();
  }

  private dev.keelson.node.Member node() {
    dev.keelson.node.Member opened = node;
    if (opened == null) {
      throw new IllegalStateException("the member is not started");
    }
    return opened;
  }

  @Override
  public List<ServerServiceDefinition> clientServices() {
    return node().clientServices();
  }

  @Override
  public void writeMetrics(PrometheusText out) {
    dev.keelson.node.Member opened = node;
    if (opened != null) {
      opened.writeMetrics(out);
    }
  }

  @Override
  public MemberView view() {
    return this;
  }

  @Override
  public void stop() {
    dev.keelson.node.Member opened = node;
    if (opened != null) {
      opened.handOver().join();
      opened.close();
    }
  }

  @Override
  public boolean hasLeader() {
    dev.keelson.node.Member opened = node;
    return opened != null && opened.standing().hasLeader();
  }

  @Override
  public boolean isLearner() {
    dev.keelson.node.Member opened = node;
    return opened != null && opened.standing().confState().isLearner(opened.memberId());
  }

  @Override
  public List<String> alarms() {
    dev.keelson.node.Member opened = node;
    return opened == null
        ? List.of()
        : opened.services().alarms().stream()
            .map(AlarmMember::getAlarm)
            .map(Enum::name)
            .distinct()
            .toList();
  }

  @Override
  public CompletionStage<Void> read(boolean serializable) {
    dev.keelson.node.Member opened = node;
    return opened == null
        ? CompletableFuture.failedFuture(new IllegalStateException("etcdserver: no leader"))
        : opened.services().probe(serializable);
  }

  @Override
  public @Nullable Status raftStatus() {
    dev.keelson.node.Member opened = node;
    return opened == null ? null : opened.status();
  }

  @Override
  public boolean authEnabled() {
    dev.keelson.node.Member opened = node;
    return opened != null && opened.services().authEnabled();
  }

  @Override
  public String clusterVersion() {
    dev.keelson.node.Member opened = node;
    String version = opened == null ? null : opened.services().clusterVersion();
    return version == null ? "not_decided" : version;
  }

  @Override
  public String storageVersion() {
    return clusterVersion().equals("not_decided") ? "unknown" : clusterVersion();
  }
}
