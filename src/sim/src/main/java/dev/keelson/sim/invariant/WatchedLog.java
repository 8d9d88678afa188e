package dev.keelson.sim.invariant;

import dev.keelson.node.loop.DurableLog;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A log whose writes are looked on at. */
abstract class WatchedLog implements DurableLog {
  private final DurableLog log;

  WatchedLog(DurableLog log) {
    this.log = log;
  }

  /** A write is about to begin. */
  abstract void asked(@Nullable HardState hardState, List<Entry> entries);

  /** A write is durable, so the log says. */
  abstract void durable(@Nullable HardState hardState, List<Entry> entries);

  /** A snapshot has replaced the log. */
  abstract void installed(long index, long term, @Nullable HardState hardState);

  @Override
  public void appendAndSync(@Nullable HardState hardState, List<Entry> entries) throws IOException {
    asked(hardState, entries);
    log.appendAndSync(hardState, entries);
    durable(hardState, entries);
  }

  @Override
  public void markSnapshot(long index, long term, ConfState confState) throws IOException {
    log.markSnapshot(index, term, confState);
  }

  @Override
  public void install(SnapshotMetadata snapshot, @Nullable HardState hardState) throws IOException {
    log.install(snapshot, hardState);
    installed(snapshot.index(), snapshot.term(), hardState);
  }

  @Override
  public void releaseBefore(long index) throws IOException {
    log.releaseBefore(index);
  }

  @Override
  public long firstIndex() {
    return log.firstIndex();
  }

  @Override
  public long term(long index) {
    return log.term(index);
  }

  @Override
  public List<Entry> read(long from, long to, long maxBytes) {
    return log.read(from, to, maxBytes);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
