package dev.keelson.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.error.KvError;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.Message;
import dev.keelson.raft.Raft;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.confchange.ConfState;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NodeLoopTest {
  private static final ConfState THREE = ConfState.ofVoters(1L, 2L, 3L);

  private final RecordingPorts ports = new RecordingPorts();

  private static final class RecordingPorts implements NodeLoop.Ports {
    private final List<Long> appends = new ArrayList<>();
    private final List<Message> sent = new ArrayList<>();
    private final List<Entry> handedOut = new ArrayList<>();
    private final List<Long> leads = new ArrayList<>();
    private final List<Long> installations = new ArrayList<>();

    @Override
    public void append(long sequence, @Nullable HardState hardState, List<Entry> entries) {
      appends.add(sequence);
    }

    @Override
    public void install(
        long sequence,
        @Nullable HardState hardState,
        SnapshotMetadata snapshot,
        List<Entry> entries) {
      installations.add(sequence);
    }

    @Override
    public void apply(List<Entry> entries) {
      handedOut.addAll(entries);
    }

    @Override
    public void send(List<Message> messages) {
      sent.addAll(messages);
    }

    @Override
    public void roleChanged(SoftState state, long term) {}

    @Override
    public void leads(long term) {
      leads.add(term);
    }
  }

  private NodeLoop loop(MemoryLog recent, long applied) {
    DurableLog durable =
        (DurableLog)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DurableLog.class},
                (self, method, arguments) -> recent.firstIndex());
    return loop(recent, applied, durable);
  }

  private NodeLoop loop(MemoryLog recent, long applied, DurableLog durable) {
    NodeLog log = new NodeLog(recent, durable, 100, 1 << 20);
    RaftConfig config =
        RaftConfig.builder(1).preVote(false).checkQuorum(false).appliedIndex(applied).build();
    RequestIds ids = new RequestIds(1, 1);
    Proposals.TimeoutReason reason =
        new Proposals.TimeoutReason() {
          @Override
          public void leaderElected() {}

          @Override
          public KvError of(long startNanos, long nowNanos) {
            return KvError.TIMED_OUT;
          }

          @Override
          public long graceNanos() {
            return 0;
          }
        };
    return new NodeLoop(
        new Raft(config, log, new Random(1)),
        log,
        ports,
        new Proposals(ids, () -> 0, 1000, reason, 1 << 20, () -> {}),
        new MembershipProposals(ids, () -> 0, 1000, () -> {}),
        new ReadBarrier(() -> 0, 1, 1000, () -> {}),
        () -> 0);
  }

  /** Lets the loop carry out everything, with a disk that is done at once. */
  private void turn(NodeLoop loop) {
    boolean more = true;
    while (more) {
      more = loop.turn() || !ports.appends.isEmpty();
      List<Long> done = List.copyOf(ports.appends);
      ports.appends.clear();
      done.forEach(loop::appended);
    }
  }

  /** The log writer is done with the snapshot, and the loop has not heard of it yet. */
  @Test
  void aFlushThatASnapshotHasOvertakenLetsNothingGo() {
    MemoryLog recent = new MemoryLog(THREE);
    recent.applySnapshot(new SnapshotMetadata(49, 1, THREE));
    recent.append(List.of(new Entry(1, 50, EntryType.NORMAL, new byte[0])));
    recent.setHardState(new HardState(1, 0, 50));
    List<Long> first = new ArrayList<>(List.of(1L));
    DurableLog durable =
        (DurableLog)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DurableLog.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("term") && (long) arguments[0] < first.getLast()) {
                    throw new IllegalArgumentException(arguments[0] + " is gone");
                  }
                  return method.getName().equals("term") ? 1L : first.getLast();
                });
    NodeLoop loop = loop(recent, 50, durable);
    SnapshotMetadata snapshot = new SnapshotMetadata(349, 1, THREE);
    loop.received(List.of(new Message.InstallSnapshot(2, 1, 2, snapshot)));
    turn(loop);
    assertThat(ports.installations).hasSize(1);
    first.add(350L);
    assertThat(loop.release(50, 20)).isEqualTo(1);
    loop.appended(ports.installations.getFirst());
    assertThat(loop.statusNow().applied()).isEqualTo(349);
    assertThat(loop.release(349, 20)).isEqualTo(329);
  }

  private void elect(NodeLoop loop) {
    for (int i = 0; i < 20 && loop.standing().leader() == 0; i++) {
      loop.tick();
      turn(loop);
      long term = loop.standing().term();
      loop.received(List.of(new Message.VoteResponse(2, 1, term, false, false)));
      turn(loop);
    }
    assertThat(loop.standing().isLeader()).isTrue();
  }

  /** An earlier leader's entry, a revocation for instance, may take effect until then. */
  @Test
  void aLeaderIsOneOnlyWhenItsOwnFirstEntryIsApplied() {
    MemoryLog recent = new MemoryLog(THREE);
    recent.append(List.of(new Entry(1, 1, EntryType.NORMAL, new byte[] {1})));
    recent.setHardState(new HardState(1, 0, 0));
    NodeLoop loop = loop(recent, 0);
    elect(loop);
    long term = loop.standing().term();
    assertThat(ports.leads).isEmpty();

    loop.received(List.of(appended(2, term)));
    turn(loop);
    assertThat(ports.handedOut).extracting(Entry::index).containsExactly(1L, 2L);
    loop.applied(1, 1);
    assertThat(ports.leads).as("the earlier leader's entry").isEmpty();
    loop.applied(2, term);
    assertThat(ports.leads).containsExactly(term);
  }

  private static Message appended(long index, long term) {
    return new Message.AppendResponse(2, 1, term, index, false, 0, 0);
  }

  @Test
  void aLeaderThatHasAppliedNothingSinceItsStartCanSendASnapshot() {
    MemoryLog recent = new MemoryLog(THREE);
    recent.applySnapshot(new SnapshotMetadata(10, 1, THREE));
    recent.setHardState(new HardState(1, 0, 10));
    NodeLoop loop = loop(recent, 10);
    elect(loop);

    loop.received(
        List.of(new Message.AppendResponse(2, 1, loop.standing().term(), 10, true, 0, 0)));
    turn(loop);
    assertThat(ports.sent)
        .filteredOn(Message.InstallSnapshot.class::isInstance)
        .extracting(each -> ((Message.InstallSnapshot) each).snapshot().index())
        .containsExactly(10L);
  }
}
