package dev.keelson.node;

import dev.keelson.kv.ApplyListener;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.kv.watch.WatchSettings;
import dev.keelson.node.api.ApiContext;
import dev.keelson.node.api.MemberServices;
import dev.keelson.node.env.Environment;
import dev.keelson.node.env.Worker;
import dev.keelson.node.loop.Applier;
import dev.keelson.node.loop.LogWriter;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.loop.RequestIds;
import dev.keelson.node.peer.Transport;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.Message;
import dev.keelson.raft.Raft;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.Role;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.Status;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfChangeException;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
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

  /** How many expiry rounds, about 30 s, a view waits for the next page. */
  private static final int PAGED_IDLE_MAX = 30;

  private final MemberSettings settings;
  private final Environment environment;
  private final Transport transport;
  private final Consumer<Throwable> failureHandler;
  private final AtomicBoolean failed = new AtomicBoolean();
  private final MemberStorage storage;
  private final WalLog walLog;
  private final StateMachine state;
  private final Lessor lessor;
  private final Proposals proposals;
  private final ReadBarrier barrier;
  private final NodeLoop loop;
  private final Worker nodeWorker;
  private final LogWriter logWriter;
  private final Applier applier;
  private final WatchHub watchHub;
  private final SpaceQuota quota;
  private final LeaseExpiry leaseExpiry;
  private final Housekeeping housekeeping;
  private final MemberServices services;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private long ticks;

  /**
   * Opens the member; it does nothing before {@link #start}.
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
    this.settings = settings;
    this.environment = environment;
    this.transport = transport;
    this.failureHandler = failureHandler;
    storage = MemberStorage.open(settings, environment);
    walLog = new WalLog(storage.wal(), settings.fsync());
    Leases leases = new Leases(storage.backend());
    lessor = new Lessor(leases, () -> TimeUnit.NANOSECONDS.toMillis(environment.nanoTime()));
    state = new StateMachine(storage.backend(), leases, new Consequences());
    long requestTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(settings.requestTimeoutMillis());
    RequestIds ids = new RequestIds(storage.memberId(), environment.wallMillis());
    nodeWorker = environment.worker("keelson-node", this::nodeTurn, this::fail);
    proposals =
        new Proposals(
            ids,
            environment::nanoTime,
            requestTimeoutNanos,
            settings.requestBytesMax(),
            nodeWorker::wake);
    barrier = new ReadBarrier(environment::nanoTime, requestTimeoutNanos, nodeWorker::wake);
    logWriter = new LogWriter(environment, environment.watched(walLog), this::appended, this::fail);
    applier = new Applier(environment, state, proposals, new ApplyObserver(), this::fail);
    loop = openLoop();
    watchHub =
        new WatchHub(
            state.store().log(),
            storage.clusterId(),
            storage.memberId(),
            () -> loop.status().term(),
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
    leaseExpiry = new LeaseExpiry(lessor, proposals, settings.requestTimeoutMillis());
    housekeeping =
        new Housekeeping(
            state,
            storage.backend(),
            logWriter,
            settings,
            environment::nanoTime,
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
                ids,
                watchHub,
                quota,
                environment.pool(),
                loop::status),
            callback -> applier.run(() -> housekeeping.afterCompaction(callback)));
  }

  private NodeLoop openLoop() {
    long applied = state.appliedIndex();
    MemoryLog log = storage.memoryLog(applied, Housekeeping.confState(state));
    RaftConfig config =
        RaftConfig.builder(storage.memberId())
            .electionTicks(settings.electionTicks())
            .heartbeatTicks(1)
            .preVote(settings.preVote())
            .checkQuorum(true)
            .appliedIndex(applied)
            .build();
    Raft raft = new Raft(config, log, environment.random());
    return new NodeLoop(
        raft,
        log,
        environment.watched(new Effects()),
        proposals,
        barrier,
        settings.logKeepEntries(),
        settings.memory().logCacheBytes());
  }

  /** Starts the loops. {@link #ready} tells when clients can be served. */
  public void start() {
    logWriter.start();
    applier.start();
    nodeWorker.start();
    onLoop(loop::campaignIfAlone);
    var _ = environment.every(settings.heartbeatMillis(), this::tick);
    var _ = environment.every(settings.progressMillis(), watchHub::progressTick);
    new Publication(settings, storage.memberId(), state.members(), proposals, ready).begin();
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

  /** A picture of consensus. */
  public Status status() {
    return loop.status();
  }

  private boolean nodeTurn() {
    return loop.turn();
  }

  private void onLoop(Runnable task) {
    loop.submit(task);
    nodeWorker.wake();
  }

  private void wakeApplierAfter(long millis) {
    var _ = environment.after(millis, applier::wake);
  }

  private void appended(long sequence) {
    onLoop(() -> loop.appended(sequence));
  }

  private void tick() {
    try {
      onLoop(loop::tick);
      leaseExpiry.tick();
      quota.refresh();
      if (++ticks % TICKS_PER_EXPIRY == 0) {
        state.store().views().expirePaged(PAGED_IDLE_MAX);
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
    environment.close();
    transport.close();
    onLoop(barrier::close);
    nodeWorker.finish();
    logWriter.finish();
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
      @Nullable HardState unwritten = loop.unwritten();
      if (unwritten != null) {
        walLog.appendAndSync(unwritten, List.of());
      }
      state.store().prepareFlush();
      storage.backend().flush();
      walLog.markSnapshot(
          state.appliedIndex(), state.store().appliedTerm(), Housekeeping.confState(state));
    }
    state.close();
    storage.close();
  }

  /** Where the node loop's decisions go. */
  private final class Effects implements NodeLoop.Ports {
    @Override
    public void append(long sequence, @Nullable HardState hardState, List<Entry> entries) {
      logWriter.append(sequence, hardState, entries);
    }

    @Override
    public void apply(List<Entry> entries) {
      applier.apply(entries);
    }

    @Override
    public void send(List<Message> messages) {
      if (!messages.isEmpty()) {
        transport.send(messages);
      }
    }

    @Override
    public void roleChanged(SoftState soft, long term) {
      LOG.atInfo()
          .addKeyValue("role", soft.role())
          .addKeyValue("leader", Long.toHexString(soft.leader()))
          .addKeyValue("term", term)
          .log("raft role changed");
      if (soft.role() == Role.LEADER) {
        lessor.promote(settings.electionMillis());
      } else {
        lessor.demote().forEach(Runnable::run);
      }
    }
  }

  /** Local consequences of what was applied. */
  private final class Consequences implements ApplyListener {
    @Override
    public void leaseGranted(Leases.Granted lease) {
      lessor.granted(lease);
    }

    @Override
    public void leaseRevoked(long id) {
      lessor.revoked(id).forEach(Runnable::run);
    }

    @Override
    public void compacted(long revision) {
      watchHub.compacted(revision);
    }
  }

  private final class ApplyObserver implements Applier.Observer {
    @Override
    public void configurationChange(Entry entry) {
      try {
        if (entry.type() != EntryType.CONF_CHANGE
            || !(ConfChangeCodec.decodeV1(entry.data()) instanceof ConfChange.V1 change)) {
          throw new IllegalStateException("entry " + entry.index() + " changes several members");
        }
        state.changeMember(entry.index(), entry.term(), change);
        onLoop(() -> applyToConsensus(change));
      } catch (ConfChangeException e) {
        throw new IllegalStateException("membership entry " + entry.index(), e);
      }
    }

    private void applyToConsensus(ConfChange change) {
      try {
        loop.applyConfChange(change);
      } catch (ConfChangeException e) {
        throw new IllegalStateException("a committed membership change is impossible", e);
      }
    }

    @Override
    public void applied(Entry last, List<RevisionEvents> events) {
      watchHub.publish(events);
      onLoop(() -> loop.applied(last.index(), last.term()));
    }

    @Override
    public void between() {
      housekeeping.between();
    }
  }
}
