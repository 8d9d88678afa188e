package dev.keelson.node;

import dev.keelson.node.env.Environment;
import dev.keelson.node.env.Worker;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.loop.LogWriter;
import dev.keelson.node.loop.NodeLog;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.peer.Transport;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Message;
import dev.keelson.raft.Raft;
import dev.keelson.raft.RaftConfig;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.Status;
import dev.keelson.raft.confchange.ConfState;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The node loop with its worker, its log writer and the way out to the other members. */
final class Consensus {
  private final NodeLoop loop;
  private final Worker worker;
  private final LogWriter writer;
  private final Transport transport;
  private final Outside outside;
  private final int keepEntries;

  /** What consensus asks of the rest of the member. None of it may block. */
  interface Outside {
    /** Applies committed entries, in order. */
    void apply(List<Entry> entries);

    /** Replaces the state machine by a snapshot, then runs {@code done}. */
    void install(SnapshotMetadata snapshot, Runnable done);

    /** The leader or this member's role changed; node loop. */
    void roleChanged(SoftState state, long term);

    /** This member leads and has applied an entry of its own term; node loop. */
    void leads(long term);
  }

  /**
   * Builds consensus around what was found on disk.
   *
   * @param open the log, and what the state machine has reached
   */
  Consensus(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      OpenState open,
      Queues queues,
      Outside outside,
      Consumer<Throwable> failed) {
    this.transport = transport;
    this.outside = outside;
    keepEntries = settings.logKeepEntries();
    DurableLog durable = open.walLog;
    RaftConfig config =
        RaftConfig.builder(open.storage.memberId())
            .electionTicks(settings.electionTicks())
            .heartbeatTicks(1)
            .preVote(settings.preVote())
            .checkQuorum(true)
            .appliedIndex(open.machine.appliedIndex())
            .build();
    NodeLog log =
        new NodeLog(
            open.recoveredLog(),
            durable,
            settings.logKeepEntries(),
            settings.memory().logCacheBytes());
    Raft raft = new Raft(config, log, environment.random());
    writer = new LogWriter(environment, environment.watched(durable), this::appended, failed);
    loop =
        new NodeLoop(
            raft,
            log,
            environment.watched(new Ports()),
            queues.proposals(),
            queues.changes(),
            queues.barrier(),
            environment::wallMillis);
    worker = environment.worker("keelson-node", loop::turn, failed);
  }

  void start() {
    writer.start();
    worker.start();
    submit(loop::campaignIfAlone);
  }

  /** Makes the loop look at its queues. */
  void wake() {
    worker.wake();
  }

  /** Runs a task on the loop. */
  void submit(Runnable task) {
    loop.submit(task);
    worker.wake();
  }

  void tick() {
    submit(loop::tick);
  }

  NodeLoop loop() {
    return loop;
  }

  Standing standing() {
    return loop.standing();
  }

  Status status() {
    return loop.status();
  }

  private void appended(long sequence) {
    submit(() -> loop.appended(sequence));
  }

  /** The state machine is durable up to {@code index}: the log need not reach further back. */
  void stateIsDurable(long index, long term, ConfState confState) {
    submit(() -> writer.mark(index, term, confState, loop.release(index, keepEntries)));
  }

  /** Lets the loop finish what it has, then the log writer. */
  void finish() {
    worker.finish();
    writer.finish();
  }

  /**
   * The newest hard state not yet on disk, after {@link #finish}. None if the log waits for a
   * snapshot: it may commit entries that are to follow that, and are lost now.
   */
  @Nullable HardState unwritten() {
    return writer.isEmpty() ? loop.unwritten() : null;
  }

  private final class Ports implements NodeLoop.Ports {
    @Override
    public void append(long sequence, @Nullable HardState hardState, List<Entry> entries) {
      writer.append(sequence, hardState, entries);
    }

    @Override
    public void install(
        long sequence,
        @Nullable HardState hardState,
        SnapshotMetadata snapshot,
        List<Entry> entries) {
      LogWriter.Installation installation = writer.install(sequence, hardState, snapshot, entries);
      outside.install(snapshot, installation::stateMachineHoldsIt);
    }

    @Override
    public void apply(List<Entry> entries) {
      outside.apply(entries);
    }

    @Override
    public void send(List<Message> messages) {
      transport.send(messages);
    }

    @Override
    public void roleChanged(SoftState state, long term) {
      outside.roleChanged(state, term);
    }

    @Override
    public void leads(long term) {
      outside.leads(term);
    }
  }
}
