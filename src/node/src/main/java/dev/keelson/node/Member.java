package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.node.api.ApiContext;
import dev.keelson.node.api.MemberServices;
import dev.keelson.node.compaction.AutoCompaction;
import dev.keelson.node.env.Environment;
import dev.keelson.node.env.RateLimit;
import dev.keelson.node.loop.Applier;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.node.peer.Transport;
import dev.keelson.raft.Status;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  private static final long REMOVAL_PAUSE_MILLIS = 1000;

  private final MemberSettings settings;
  private final Environment environment;
  private final Transport transport;
  private final Consumer<Throwable> failureHandler;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean removed = new AtomicBoolean();
  private final MemberMetrics metrics = new MemberMetrics();
  private final OpenState open;
  private final Queues queues;
  private final Consensus consensus;
  private final ClusterParts cluster;
  private final Applier applier;
  private final WatchHub watchHub;
  private final SpaceQuota quota;
  private final Chores chores;
  private final MemberServices services;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private boolean closing; // guarded by this

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
   * Whether there is data of a member already; then nobody needs to say who its cluster is.
   *
   * @throws MemberStartException if the directory cannot be read
   */
  public static boolean hasRun(MemberSettings settings, Environment environment) {
    return MemberStorage.exists(settings, environment);
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
    SlowRequests slow =
        new SlowRequests(
            settings.upkeep().slowApply(), settings.upkeep().slowCall(), metrics.requests);
    open = new OpenState(settings, environment, metrics, fresh, this::compacted);
    MemberStorage storage = open.storage;
    StateMachine state = open.machine;
    Outcomes outcomes =
        new Outcomes(
            storage.clusterId(),
            storage.memberId(),
            settings.electionMillis(),
            state,
            open.lessor,
            open.consequences,
            metrics,
            slow);
    queues =
        Queues.of(
            settings,
            environment,
            transport,
            storage.memberId(),
            this::standing,
            this::wakeConsensus);
    applier =
        new Applier(environment, state, queues.proposals(), queues.changes(), outcomes, this::fail);
    consensus = new Consensus(settings, environment, transport, open, queues, outcomes, this::fail);
    cluster =
        new ClusterParts(
            settings,
            environment,
            transport,
            open,
            consensus,
            queues,
            applier::appliedIndex,
            metrics,
            this::removed);
    watchHub =
        new WatchHub(
            state.store().log(),
            storage.clusterId(),
            storage.memberId(),
            () -> consensus.standing().term(),
            settings.watch(),
            environment.pool(),
            environment.pool(),
            this::fail);
    quota =
        new SpaceQuota(
            settings.quotaBytes(),
            storage.memberId(),
            state.alarms(),
            queues.proposals(),
            storage.backend()::sizeBytes);
    Housekeeping housekeeping =
        new Housekeeping(
            state,
            storage.backend(),
            consensus::stateIsDurable,
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
                settings.limits(),
                new RateLimit(settings.upkeep().snapshotBytesPerSecond(), environment),
                state,
                storage.backend(),
                queues.proposals(),
                queues.barrier(),
                open.lessor,
                cluster.leases(),
                cluster.membership(),
                queues.ids(),
                watchHub,
                quota,
                environment.pool(),
                consensus::standing,
                applier::appliedIndex,
                open.authentication(settings.auth()),
                metrics,
                slow),
            callback -> applier.run(() -> housekeeping.afterCompaction(callback)));
    chores =
        new Chores(
            settings,
            open,
            queues.proposals(),
            quota,
            cluster.leases(),
            cluster.duties(services::leaderLost),
            metrics.store);
    outcomes.connect(
        new Outcomes.Parts(
            applier, consensus, cluster, watchHub, housekeeping, this::membershipChanged));
  }

  /** Starts the loops. {@link #ready} tells when clients can be served. */
  public void start() {
    applier.start();
    var _ =
        cluster
            .start()
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    takePart();
                  } else {
                    ready.completeExceptionally(
                        failure.getCause() == null ? failure : failure.getCause());
                  }
                });
  }

  private synchronized void takePart() {
    if (closing) {
      return; // the comparison with the others ended too late
    }
    consensus.start();
    cluster.started();
    var _ = environment.every(settings.heartbeatMillis(), this::tick);
    var _ = environment.every(settings.progressMillis(), watchHub::progressTick);
    AutoCompaction.start(
        settings.upkeep().compaction(),
        environment,
        queues.proposals(),
        () -> open.machine.store().log().currentRevision(),
        () -> consensus.standing().isLeader());
    new Publication(settings, memberId(), queues.proposals(), ready).begin(environment);
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
    return open.storage.memberId();
  }

  public long clusterId() {
    return open.storage.clusterId();
  }

  /** A full picture of consensus, at most a tick old. */
  public Status status() {
    return consensus.status();
  }

  /** Writes this member's metrics. */
  public void writeMetrics(PrometheusText out) {
    new MetricsReport(
            open.storage,
            open.machine,
            consensus.standing(),
            applier.appliedIndex(),
            queues.proposals(),
            queues.barrier(),
            quota,
            watchHub.metrics())
        .write(out);
    metrics.write(out, memberId());
  }

  /** The counters. */
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

  private void membershipChanged() {
    if (open.machine.members().isRemoved(memberId())) {
      // a little later, so that the others may still learn from this member that it is so
      var _ = environment.after(REMOVAL_PAUSE_MILLIS, this::removed);
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
      chores.tick();
    } catch (RuntimeException e) {
      // a timer task that throws is silently never run again; without ticks the member is dead
      fail(e);
    }
  }

  private void fail(Throwable cause) {
    if (failed.compareAndSet(false, true)) {
      LOG.error("the member stops: nothing can be acknowledged any more", cause);
      ready.completeExceptionally(cause);
      queues.proposals().close();
      failureHandler.accept(cause);
    }
  }

  /** Stops serving, applies and writes what was accepted, flushes, and closes. */
  @Override
  public void close() {
    synchronized (this) {
      closing = true;
    }
    services.stop();
    queues.close();
    environment.close();
    transport.close();
    consensus.submit(queues.barrier()::close);
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
      open.flush(consensus.unwritten());
    }
    open.close();
  }
}
