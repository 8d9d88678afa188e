package dev.keelson.node;

import dev.keelson.kv.Applied;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.kv.watch.WatchSettings;
import dev.keelson.node.api.ApiContext;
import dev.keelson.node.api.MemberServices;
import dev.keelson.node.api.auth.Authentication;
import dev.keelson.node.api.auth.Identities;
import dev.keelson.node.api.auth.Passwords;
import dev.keelson.node.api.auth.Tokens;
import dev.keelson.node.compaction.AutoCompaction;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Applier;
import dev.keelson.node.loop.MembershipProposals;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.loop.RequestIds;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.node.peer.Transport;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Role;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.Status;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import io.grpc.ServerServiceDefinition;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member: opens its storage, glues the loops together and offers the client services.
 *
 * <pre>
 * gRPC threads -> Proposals -> node loop (Raft) -> log writer (one sync per batch)
 *                                   |     <- durable
 *                                   v
 *                                applier (state machine) -> answers, watch hub
 * </pre>
 *
 * Any failure of disk or state machine is final: the failure handler is told once, and nothing is
 * acknowledged after it.
 */
public final class Member implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Member.class);
  private static final int TICKS_PER_EXPIRY = 10;
  private static final long REMOVAL_PAUSE_MILLIS = 1000;

  /** How many expiry rounds, about 30 s, a view waits for the next page. */
  private static final int PAGED_IDLE_MAX = 30;

  private final MemberSettings settings;
  private final Environment environment;
  private final Transport transport;
  private final Consumer<Throwable> failureHandler;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean removed = new AtomicBoolean();
  private final MemberMetrics metrics = new MemberMetrics();
  private final SlowRequests slow;
  private final MemberStorage storage;
  private final WalLog walLog;
  private final StateMachine state;
  private final Lessor lessor;
  private final Tokens tokens;
  private final Consequences consequences;
  private final Proposals proposals;
  private final MembershipProposals changes;
  private final ReadBarrier barrier;
  private final Consensus consensus;
  private final SnapshotInstaller installer;
  private final ClusterParts cluster;
  private final LeaderDuties duties;
  private final Applier applier;
  private final WatchHub watchHub;
  private final SpaceQuota quota;
  private final LeaseExpiry leaseExpiry;
  private final Housekeeping housekeeping;
  private final MemberServices services;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private long ticks;

  /**
   * Opens the member after asking the others what it has to know of them: one without data that
   * joins a cluster learns from them who it is, one that founds a cluster that it has not run
   * before. The future fails with a {@link MemberStartException} if it cannot be opened.
   *
   * @param environment its world; closed with the member, or when it cannot be opened
   * @param transport the way to the other members; closed with the member, or when it cannot be
   *     opened
   * @param failureHandler as for {@link #Member}
   */
  public static CompletableFuture<Member> open(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      Consumer<Throwable> failureHandler) {
    return Join.fresh(settings, environment, transport)
        .thenApply(fresh -> new Member(settings, environment, transport, failureHandler, fresh))
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                transport.close();
                environment.close();
              }
            });
  }

  /**
   * Opens a member that has run before or founds a cluster; it does nothing before {@link #start}.
   *
   * @param environment its world; closed with the member
   * @param transport the way to the other members; closed with the member
   * @param failureHandler told of the failure that stopped the member; should end the process
   * @throws MemberStartException if it cannot be opened
   */
  public Member(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      Consumer<Throwable> failureHandler) {
    this(settings, environment, transport, failureHandler, () -> Bootstrap.found(settings));
  }

  private Member(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      Consumer<Throwable> failureHandler,
      Supplier<Identity> fresh) {
    this.settings = settings;
    this.environment = environment;
    this.transport = transport;
    this.failureHandler = failureHandler;
    slow =
        new SlowRequests(
            settings.upkeep().slowApply(), settings.upkeep().slowCall(), metrics.requests);
    tokens = openTokens(settings, environment);
    storage = MemberStorage.open(settings, environment, fresh);
    walLog = new WalLog(storage.wal(), settings.fsync(), metrics.disk, environment::nanoTime);
    Leases leases = new Leases(storage.backend());
    lessor = new Lessor(leases, () -> TimeUnit.NANOSECONDS.toMillis(environment.nanoTime()));
    consequences = new Consequences(lessor, tokens, this::compacted);
    state = new StateMachine(storage.backend(), leases, consequences);
    if (state.members().isRemoved(storage.memberId())) {
      state.close();
      storage.close();
      throw new MemberStartException(MemberRemovedException.TEXT);
    }
    if (settings.cluster().forceNew()) {
      storage.forceNewCluster(state.appliedIndex(), state.members());
    }
    long requestTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(settings.requestTimeoutMillis());
    RequestIds ids = new RequestIds(storage.memberId(), environment.wallMillis());
    proposals =
        new Proposals(
            ids,
            environment::nanoTime,
            requestTimeoutNanos,
            new ProposalTimeouts(
                settings.electionMillis(),
                storage.memberId(),
                transport,
                this::standing,
                environment::nanoTime),
            settings.requestBytesMax(),
            this::wakeConsensus);
    changes =
        new MembershipProposals(
            ids,
            environment::nanoTime,
            TimeUnit.MILLISECONDS.toNanos(settings.electionMillis()),
            this::wakeConsensus);
    barrier =
        new ReadBarrier(
            environment::nanoTime, ids.next(), requestTimeoutNanos, this::wakeConsensus);
    applier = new Applier(environment, state, proposals, changes, new ApplyObserver(), this::fail);
    consensus =
        new Consensus(
            settings,
            environment,
            transport,
            walLog,
            storage.memberId(),
            storage.memoryLog(state.appliedIndex(), state.members().configuration()),
            state.appliedIndex(),
            new Consensus.Queues(proposals, changes, barrier),
            new Outside(),
            this::fail);
    installer =
        new SnapshotInstaller(
            settings.dataDir(), storage.disk(), storage.backend(), state, applier::appliedIndex);
    cluster =
        new ClusterParts(
            settings,
            environment,
            transport,
            new ClusterParts.Ids(storage.clusterId(), storage.memberId()),
            consensus,
            new Consensus.Queues(proposals, changes, barrier),
            state,
            lessor,
            installer,
            applier::appliedIndex,
            metrics.store.leasesRenewed,
            this::removed);
    watchHub =
        new WatchHub(
            state.store().log(),
            storage.clusterId(),
            storage.memberId(),
            () -> consensus.standing().term(),
            new WatchSettings(
                    settings.memory().watchRingBytes(),
                    WatchSettings.DEFAULT.batchBytes(),
                    WatchSettings.DEFAULT.fragmentBytes())
                .withMaxRequestBytes(settings.requestBytesMax()),
            environment.pool(),
            environment.pool(),
            this::fail);
    quota =
        new SpaceQuota(
            settings.quotaBytes(),
            storage.memberId(),
            state.alarms(),
            proposals,
            storage.backend()::sizeBytes);
    leaseExpiry =
        new LeaseExpiry(
            lessor,
            proposals,
            settings.requestTimeoutMillis(),
            () -> state.auth().revision(),
            metrics.store.leasesExpired);
    housekeeping =
        new Housekeeping(
            state,
            storage.backend(),
            consensus,
            settings,
            environment::nanoTime,
            environment::wallMillis,
            metrics.store,
            this::wakeApplierAfter);
    services =
        new MemberServices(
            new ApiContext(
                storage.clusterId(),
                storage.memberId(),
                new ApiContext.Limits(
                    settings.requestBytesMax(),
                    settings.txnOpsMax(),
                    settings.leaseTtlMinSeconds()),
                state,
                storage.backend(),
                proposals,
                barrier,
                lessor,
                cluster.leases(),
                cluster.membership(),
                ids,
                watchHub,
                quota,
                environment.pool(),
                consensus::standing,
                applier::appliedIndex,
                new Authentication(
                    state::auth,
                    new Identities(tokens, settings.auth().certificateNames()),
                    tokens,
                    new Passwords(settings.auth().bcryptCost())),
                metrics,
                slow),
            callback -> applier.run(() -> housekeeping.afterCompaction(callback)));
    duties = cluster.duties(services::leaderLost);
  }

  private static Tokens openTokens(MemberSettings settings, Environment environment) {
    try {
      return settings
          .auth()
          .openTokens(environment::nanoTime, () -> Instant.ofEpochMilli(environment.wallMillis()));
    } catch (IllegalArgumentException e) {
      throw new MemberStartException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Starts the loops. {@link #ready} tells when clients can be served. */
  public void start() {
    cluster.start();
    applier.start();
    consensus.start();
    var _ = environment.every(settings.heartbeatMillis(), this::tick);
    var _ = environment.every(settings.progressMillis(), watchHub::progressTick);
    AutoCompaction.start(
        settings.upkeep().compaction(),
        environment,
        proposals,
        () -> state.store().log().currentRevision(),
        () -> consensus.standing().isLeader());
    new Publication(settings, storage.memberId(), proposals, ready).begin();
  }

  /**
   * Hands leadership over to another member, if this one leads others; to be waited for before
   * {@link #close} where requests of clients shall not notice. Completes in any case, after a
   * request's time at the latest.
   */
  public CompletableFuture<Void> handOver() {
    return cluster.handOver();
  }

  /**
   * Completes when the member has a leader and has made itself known: from then on it serves
   * clients.
   */
  public CompletableFuture<Void> ready() {
    return ready;
  }

  /** The services of the client port. */
  public List<ServerServiceDefinition> clientServices() {
    return services.definitions();
  }

  /** What may be asked of the member besides its services. */
  public MemberServices services() {
    return services;
  }

  public long memberId() {
    return storage.memberId();
  }

  public long clusterId() {
    return storage.clusterId();
  }

  /** A full picture of consensus, at most a tick old. */
  public Status status() {
    return consensus.status();
  }

  /** Writes this member's metrics. */
  public void writeMetrics(PrometheusText out) {
    new MetricsReport(
            storage,
            state,
            consensus.standing(),
            applier.appliedIndex(),
            proposals,
            barrier,
            quota,
            watchHub.metrics())
        .write(out);
    metrics.write(out, storage.memberId());
  }

  /** The counters; a transport increments those of the network. */
  public MemberMetrics metrics() {
    return metrics;
  }

  /** Where this member stands right now. */
  public Standing standing() {
    return consensus.standing();
  }

  /** The last entry applied here; never behind what a client was answered. */
  public long appliedIndex() {
    return applier.appliedIndex();
  }

  /** Asks this member, if it leads, to hand over to another voter. */
  public void transferLeadership(long to) {
    consensus.submit(() -> consensus.loop().transferLeadership(to));
  }

  private void removed() {
    if (removed.compareAndSet(false, true)) {
      failureHandler.accept(new MemberRemovedException());
    }
  }

  private void compacted(long revision) {
    watchHub.compacted(revision);
  }

  private void wakeConsensus() {
    consensus.wake();
  }

  private void wakeApplierAfter(long millis) {
    var _ = environment.after(millis, applier::wake);
  }

  private void tick() {
    try {
      consensus.tick();
      cluster.leases().tick();
      leaseExpiry.tick();
      duties.tick();
      quota.refresh();
      if (++ticks % TICKS_PER_EXPIRY == 0) {
        state.store().views().expirePaged(PAGED_IDLE_MAX);
        tokens.sweep();
      }
    } catch (RuntimeException e) {
      // a timer task that throws is silently never run again; without ticks the member is dead
      fail(e);
    }
  }

  private void fail(Throwable cause) {
    if (failed.compareAndSet(false, true)) {
      LOG.error("the member stops: nothing can be acknowledged any more", cause);
      ready.completeExceptionally(cause);
      proposals.close();
      failureHandler.accept(cause);
    }
  }

  /** Stops serving, applies and writes what was accepted, flushes, and closes. */
  @Override
  public void close() {
    services.stop();
    proposals.close();
    changes.close();
    environment.close();
    transport.close();
    consensus.submit(barrier::close);
    consensus.finish();
    applier.finish();
    watchHub.close();
    environment.pool().shutdown();
    try {
      if (!environment.pool().awaitTermination(10, TimeUnit.SECONDS)) {
        LOG.warn("reads are still running; closing all the same");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!failed.get()) {
      @Nullable HardState unwritten = consensus.unwritten();
      if (unwritten != null) {
        walLog.appendAndSync(unwritten, List.of());
      }
      state.store().prepareFlush();
      storage.backend().flush();
      walLog.markSnapshot(
          state.appliedIndex(), state.store().appliedTerm(), state.members().configuration());
    }
    state.close();
    storage.close();
  }

  /** Where the node loop's decisions go. */
  private final class Outside implements Consensus.Outside {
    private long lastLeader;

    @Override
    public void apply(List<Entry> entries) {
      applier.apply(entries);
    }

    @Override
    public void install(SnapshotMetadata snapshot, Runnable done) {
      applier.run(
          () -> {
            installer.install(snapshot);
            applier.replaced();
            watchHub.reset();
            cluster.membersChanged();
            done.run();
          });
    }

    @Override
    public void roleChanged(SoftState soft, long term) {
      LOG.atInfo()
          .addKeyValue("role", soft.role())
          .addKeyValue("leader", Long.toHexString(soft.leader()))
          .addKeyValue("term", term)
          .log("raft role changed");
      if (soft.leader() != 0 && soft.leader() != lastLeader) {
        metrics.consensus.leaderChanges.increment();
      }
      lastLeader = soft.leader();
      if (soft.role() == Role.LEADER) {
        lessor.promote(term, settings.electionMillis());
        cluster.becameLeader();
      } else {
        lessor.demote().forEach(Runnable::run);
      }
    }
  }

  private final class ApplyObserver implements Applier.Observer {
    @Override
    public Applied configurationChange(Entry entry, ConfChange.V1 change) {
      Applied outcome = state.changeMember(entry.index(), entry.term(), change);
      if (outcome.failure() == null) {
        consensus.submit(() -> applyToConsensus(change));
        cluster.membersChanged();
        if (state.members().isRemoved(storage.memberId())) {
          // a little later, so that the others may still learn from this member that it is so
          var _ = environment.after(REMOVAL_PAUSE_MILLIS, Member.this::removed);
        }
      }
      return outcome;
    }

    private void applyToConsensus(ConfChange change) {
      try {
        consensus.loop().applyConfChange(change);
      } catch (ConfChangeException e) {
        throw new IllegalStateException("a committed membership change is impossible", e);
      }
    }

    @Override
    public void executed(InternalRaftRequest request, Applied outcome, long nanos) {
      metrics.store.applied(request, outcome);
      metrics.requests.applied(OperationNames.of(request), outcome.failure() == null, nanos);
      slow.applied(nanos, request, outcome.failure());
    }

    @Override
    public void committed(long nanos) {
      metrics.disk.backendCommit.recordNanos(nanos);
    }

    @Override
    public void applied(long index, long term, List<RevisionEvents> events) {
      metrics.store.published(events);
      consequences.committed();
      watchHub.publish(events);
      consensus.submit(() -> consensus.loop().applied(index, term));
    }

    @Override
    public void between() {
      housekeeping.between();
    }
  }
}
