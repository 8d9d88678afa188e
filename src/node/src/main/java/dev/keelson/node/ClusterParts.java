package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.node.env.Environment;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.peer.Transport;
import dev.keelson.raft.SnapshotMetadata;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/** What a member needs because there are others: puts it together and starts it. */
final class ClusterParts {
  /** How long a member that was removed is still reached, to be told so. */
  private static final long FAREWELL_MILLIS = 1000;

  private final MemberSettings settings;
  private final Environment environment;
  private final Transport transport;
  private final Ids ids;
  private final Consensus consensus;
  private final StateMachine state;
  private final SnapshotInstaller snapshots;
  private final Roster roster;
  private final Join join;
  private final LeaseCalls leases;
  private final LeaderTransfer transfer;
  private final MembershipCalls membership;
  private final VersionAgreement versions;
  private final Digests digests;
  private final Divergence divergence;
  private final PeerRequests requests;

  /** Which member of which cluster this is. */
  private record Ids(long cluster, long member) {}

  ClusterParts(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      OpenState open,
      Consensus consensus,
      Queues queues,
      LongSupplier applied,
      MemberMetrics metrics,
      Runnable removal) {
    this.settings = settings;
    this.environment = environment;
    this.transport = transport;
    ids = new Ids(open.storage.clusterId(), open.storage.memberId());
    this.consensus = consensus;
    state = open.machine;
    snapshots =
        new SnapshotInstaller(
            settings.dataDir(), open.storage.disk(), open.storage.backend(), state, applied);
    roster = new Roster(environment, ids.member(), state.members(), transport, FAREWELL_MILLIS);
    join = new Join(settings, environment, transport);
    AtLeader atLeader =
        new AtLeader(
            environment, ids.member(), settings.requestTimeoutMillis(), consensus::standing);
    leases =
        new LeaseCalls(
            environment,
            ids.cluster(),
            transport,
            atLeader,
            queues.barrier(),
            state,
            open.lessor,
            () -> consensus.standing().commit(),
            settings.heartbeatMillis(),
            metrics.store.leasesRenewed);
    transfer = new LeaderTransfer(environment, ids.member(), consensus, transport, settings);
    membership =
        new MembershipCalls(
            environment,
            ids.cluster(),
            transport,
            atLeader,
            queues.changes(),
            new ReconfigurationRules(
                ids.member(),
                state.members(),
                transport,
                settings.cluster().strictReconfiguration()),
            transfer,
            new LearnerProgress(consensus),
            settings.cluster().learnersMax());
    versions =
        new VersionAgreement(
            environment,
            ids.cluster(),
            ids.member(),
            state.members(),
            transport,
            queues.proposals(),
            consensus::standing);
    digests = new Digests(environment, ids.member(), state, applied);
    divergence =
        new Divergence(
            ids.cluster(),
            ids.member(),
            transport,
            digests,
            state.alarms(),
            queues.proposals(),
            consensus::standing,
            applied,
            state.store().log());
    requests =
        new PeerRequests(
            ids.cluster(),
            ids.member(),
            consensus,
            state,
            applied,
            leases,
            membership,
            snapshots,
            digests,
            metrics.network,
            removal);
  }

  /**
   * Begins to talk with the others.
   *
   * @return completes when consensus may begin, at once unless this member's state has to be
   *     compared with that of others first; fails if it differs
   */
  CompletableFuture<Void> start() {
    transport.start(ids.cluster(), ids.member(), requests);
    roster.refresh();
    askForMembers();
    if (!settings.cluster().checks().atStart()) {
      return CompletableFuture.completedFuture(null);
    }
    return new InitialCheck(
            environment, ids.cluster(), ids.member(), state.members(), transport, digests)
        .run();
  }

  /** Consensus has begun. */
  void started() {
    if (settings.cluster().advanceElection()) {
      new FirstElection(environment, ids.member(), state.members(), transport, consensus, settings)
          .begin();
    }
  }

  /** A member that joins cannot answer the leader before it knows where that is. */
  private void askForMembers() {
    if (!roster.isSettled()) {
      var _ = join.members().thenAccept(roster::hint);
      var _ = environment.after(settings.electionMillis(), this::askForMembers);
    }
  }

  /** Replaces the state by a snapshot that has arrived; applier. */
  void install(SnapshotMetadata snapshot) {
    snapshots.install(snapshot);
  }

  /** The membership may have changed. */
  void membersChanged() {
    roster.refresh();
  }

  /** This member leads from now on; node loop. */
  void becameLeader() {
    versions.check();
  }

  /** See {@link Member#handOver}. */
  CompletableFuture<Void> handOver() {
    return transfer.beforeStop();
  }

  LeaseCalls leases() {
    return leases;
  }

  MembershipCalls membership() {
    return membership;
  }

  /**
   * What is to be done from time to time.
   *
   * @param leaderLost ends the streams that want a leader
   */
  LeaderDuties duties(Runnable leaderLost) {
    return new LeaderDuties(
        settings,
        state.members(),
        consensus::standing,
        versions,
        membership,
        divergence,
        leaderLost);
  }
}
