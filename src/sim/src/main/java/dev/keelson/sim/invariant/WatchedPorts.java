package dev.keelson.sim.invariant;

import dev.keelson.node.loop.NodeLoop;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ports of the node loop that are looked on at. */
abstract class WatchedPorts implements NodeLoop.Ports {
  private final NodeLoop.Ports ports;

  WatchedPorts(NodeLoop.Ports ports) {
    this.ports = ports;
  }

  /** Committed entries are handed out to be carried out. */
  abstract void handedOut(List<Entry> entries);

  /** A snapshot takes the place of the entries up to an index. */
  abstract void installs(long index);

  @Override
  public void append(long sequence, @Nullable HardState hardState, List<Entry> entries) {
    ports.append(sequence, hardState, entries);
  }

  @Override
  public void install(
      long sequence,
      @Nullable HardState hardState,
      SnapshotMetadata snapshot,
      List<Entry> entries) {
    installs(snapshot.index());
    ports.install(sequence, hardState, snapshot, entries);
  }

  @Override
  public void apply(List<Entry> entries) {
    handedOut(entries);
    ports.apply(entries);
  }

  @Override
  public void send(List<Message> messages) {
    ports.send(messages);
  }

  @Override
  public void roleChanged(SoftState state, long term) {
    ports.roleChanged(state, term);
  }

  @Override
  public void leads(long term) {
    ports.leads(term);
  }
}
