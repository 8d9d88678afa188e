package dev.keelson.node;

import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.node.env.Environment;
import dev.keelson.node.peer.SnapshotStore;
import dev.keelson.node.peer.Transport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
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
  private final Roster roster;
  private final Join join;
  private final LeaseCalls leases;
  private final LeaderTransfer transfer;
  private final MembershipCalls membership;
  private final VersionAgreement versions;
  private final Divergence divergence;
  private final PeerRequests requests;

  /** Which member of which cluster this is. */
  record Ids(long cluster, long member) {}

  ClusterParts(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      Ids ids,
      Consensus consensus,
      Consensus.Queues queues,
      StateMachine state,
      Lessor lessor,
      SnapshotStore snapshots,
      LongSupplier applied,
      LongAdder renewals,
      Runnable removal) {
    this.settings = settings;
    this.environment = environment;
    this.transport = transport;
    this.ids = ids;
    this.consensus = consensus;
    this.state = state;
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
            lessor,
            () -> consensus.standing().commit(),
            settings.heartbeatMillis(),
            renewals);
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
    Digests digests = new Digests(environment, ids.member(), state, applied);
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
            () -> state.store().log().currentRevision());
    requests =
        new PeerRequests(
            ids.cluster(),
            ids.member(),
            consensus,
            state,
            leases,
            membership,
            snapshots,
            digests,
            removal);
  }

  /** Begins to listen to the others. */
  void start() {
    transport.start(ids.cluster(), ids.member(), requests);
    roster.refresh();
    askForMembers();
  }

  /** A member that joins cannot answer the leader before it knows where that is. */
  private void askForMembers() {
    if (!roster.isSettled()) {
      var _ = join.members().thenAccept(roster::hint);
      var _ = environment.after(settings.electionMillis(), this::askForMembers);
    }
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
