package dev.keelson.node;

import dev.keelson.kv.Applied;
import dev.keelson.kv.StateMachine;
import dev.keelson.kv.lease.Lessor;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.node.loop.Applier;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.SlowRequests;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.raft.Entry;
import dev.keelson.raft.Role;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries what consensus decides, and what applied entries do, to the parts of the member that they
 * concern. Those parts need it to be built themselves, so it is told of them last.
 */
final class Outcomes implements Consensus.Outside, Applier.Observer {
  private final long electionMillis;
  private final StateMachine state;
  private final Lessor lessor;
  private final Consequences consequences;
  private final MemberMetrics metrics;
  private final SlowRequests slow;
  private final ChangeNotices notices;
  private @Nullable Parts parts;
  private long lastLeader;

  /**
   * Where outcomes go.
   *
   * @param membershipChanged told of each change that was applied
   */
  record Parts(
      Applier applier,
      Consensus consensus,
      ClusterParts cluster,
      WatchHub watches,
      Housekeeping housekeeping,
      Runnable membershipChanged) {}

  Outcomes(
      long clusterId,
      long memberId,
      long electionMillis,
      StateMachine state,
      Lessor lessor,
      Consequences consequences,
      MemberMetrics metrics,
      SlowRequests slow) {
    this.electionMillis = electionMillis;
    this.state = state;
    this.lessor = lessor;
    this.consequences = consequences;
    this.metrics = metrics;
    this.slow = slow;
    notices = new ChangeNotices(clusterId, memberId, state.members());
  }

  /** Before any loop starts. */
  void connect(Parts to) {
    parts = to;
  }

  private Parts parts() {
    Parts connected = parts;
    if (connected == null) {
      throw new IllegalStateException("a loop runs before the member is put together");
    }
    return connected;
  }

  @Override
  public void apply(List<Entry> entries) {
    parts().applier().apply(entries);
  }

  @Override
  public void install(SnapshotMetadata snapshot, Runnable done) {
    Parts to = parts();
    to.applier()
        .run(
            () -> {
              to.cluster().install(snapshot);
              to.applier().replaced();
              to.housekeeping().replaced();
              to.watches().reset();
              to.cluster().membersChanged();
              done.run();
            });
  }

  @Override
  public void roleChanged(SoftState soft, long term) {
    notices.roleChanged(soft, term);
    if (soft.leader() != 0 && soft.leader() != lastLeader) {
      metrics.consensus.leaderChanges.increment();
    }
    lastLeader = soft.leader();
    if (soft.role() == Role.LEADER) {
      parts().cluster().becameLeader();
    } else {
      lessor.demote().forEach(Runnable::run);
    }
  }

  /**
   * Not before: a revocation that an earlier leader has left in the log, not committed yet, would
   * end a lease that this one has renewed.
   */
  @Override
  public void leads(long term) {
    lessor.promote(term, electionMillis);
  }

  @Override
  public Applied configurationChange(Entry entry, ConfChange.V1 change) {
    @Nullable Member before = state.members().find(change.nodeId());
    Applied outcome = state.changeMember(entry.index(), entry.term(), change);
    if (outcome.failure() == null) {
      notices.memberChanged(change, before, state.members().find(change.nodeId()));
      Consensus consensus = parts().consensus();
      consensus.submit(() -> applyToConsensus(consensus, change));
      parts().cluster().membersChanged();
      parts().membershipChanged().run();
    }
    return outcome;
  }

  private static void applyToConsensus(Consensus consensus, ConfChange change) {
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
    if (outcome.failure() == null) {
      notices.applied(request);
    }
  }

  @Override
  public void committed(long nanos) {
    metrics.disk.backendCommit.recordNanos(nanos);
  }

  @Override
  public void applied(long index, long term, List<RevisionEvents> events) {
    metrics.store.published(events);
    consequences.committed();
    parts().watches().publish(events);
    Consensus consensus = parts().consensus();
    consensus.submit(() -> consensus.loop().applied(index, term));
  }

  @Override
  public void between() {
    parts().housekeeping().between();
  }
}
