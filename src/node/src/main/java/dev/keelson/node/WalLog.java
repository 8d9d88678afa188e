package dev.keelson.node;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.node.loop.DurableLog;
import dev.keelson.node.metrics.DiskMetrics;
import dev.keelson.node.peer.ConfStates;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.wal.SnapshotMarker;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalHardState;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The write-ahead log as the log writer's {@link DurableLog}. */
final class WalLog implements DurableLog {
  private final Wal wal;
  private final boolean fsync;
  private final DiskMetrics metrics;
  private final LongSupplier nowNanos;
  private long marked;

  /**
   * Wraps an open log.
   *
   * @param fsync false only where losing acknowledged writes is acceptable
   */
  WalLog(Wal wal, boolean fsync, DiskMetrics metrics, LongSupplier nowNanos) {
    this.wal = wal;
    this.fsync = fsync;
    this.metrics = metrics;
    this.nowNanos = nowNanos;
  }

  @Override
  public void appendAndSync(@Nullable HardState hardState, List<Entry> entries) {
    WalHardState state = hardState == null ? null : toWal(hardState);
    long begin = nowNanos.getAsLong();
    wal.appendUnsynced(state, entries);
    long written = nowNanos.getAsLong();
    metrics.walWrite.recordNanos(written - begin);
    long bytes = 0;
    for (Entry entry : entries) {
      bytes += entry.data().length;
    }
    metrics.walBytes.add(bytes);
    if (fsync) {
      wal.sync();
      metrics.walFsync.recordNanos(nowNanos.getAsLong() - written);
    }
  }

  @Override
  public void markSnapshot(long index, long term, ConfState confState) {
    if (index < marked) {
      return; // a flush of what a snapshot has replaced since
    }
    marked = index;
    wal.markSnapshotAndSync(new SnapshotMarker(index, term, encode(confState)), null);
  }

  @Override
  public void install(SnapshotMetadata snapshot, @Nullable HardState hardState) {
    marked = snapshot.index();
    wal.markSnapshotAndSync(
        new SnapshotMarker(snapshot.index(), snapshot.term(), encode(snapshot.confState())),
        hardState == null ? null : toWal(hardState));
  }

  @Override
  public long firstIndex() {
    return wal.firstIndex();
  }

  @Override
  public long term(long index) {
    return wal.termOf(index);
  }

  @Override
  public List<Entry> read(long from, long to, long maxBytes) {
    return wal.readEntries(from, to, maxBytes);
  }

  @Override
  public void releaseBefore(long index) {
    wal.releaseBefore(index);
  }

  @Override
  public void close() {
    wal.close();
  }

  static WalHardState toWal(HardState state) {
    return new WalHardState(state.term(), state.vote(), state.commit());
  }

  static HardState fromWal(WalHardState state) {
    return new HardState(state.term(), state.vote(), state.commit());
  }

  static byte[] encode(ConfState state) {
    return ConfStates.encode(state).toByteArray();
  }

  static ConfState decode(byte[] stored) {
    try {
      return ConfStates.decode(dev.keelson.proto.raftpb.ConfState.parseFrom(stored));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(
          "the configuration in a snapshot marker cannot be decoded", e);
    }
  }
}
