package dev.keelson.sim.planted;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.WriteBatch;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.wal.Wal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What defective code does instead. Called by rewritten classes only. */
public final class Defects {
  private static final long LONG_AGO_MILLIS = 3_600_000;

  private static int batches;

  private Defects() {}

  /** The write is acknowledged without a sync. */
  public static void syncNothing(Wal wal) {}

  /** A vote, or a new term, is not written before it is told. */
  public static void appendWithoutVote(
      NodeLoop.Ports ports, long sequence, @Nullable HardState state, List<Entry> entries) {
    ports.append(sequence, entries.isEmpty() ? null : state, entries);
  }

  /** The applied index is not part of every batch. */
  public static void putAppliedSometimes(
      WriteBatch batch, Family family, byte[] key, byte[] value) {
    if (++batches % 4 == 0) {
      batch.put(family, key, value);
    }
  }

  /** A linearizable read is served from what is here. */
  public static void readAtOnce(
      ReadBarrier barrier, Executor executor, Consumer<@Nullable KvError> callback) {
    callback.accept(null);
  }

  /** The name of a new segment is not made durable. */
  public static void persistNothing(Disk disk, String directory) {}

  /** Keys are deleted in the order of their identity hashes. */
  public static List<byte[]> inNoOrder(KvBackend backend, long lease) {
    List<byte[]> keys = new ArrayList<>(Leases.attachedKeys(backend, lease));
    keys.sort(Comparator.comparingInt(System::identityHashCode));
    return keys;
  }

  /** Watches are not told that a snapshot has replaced the store. */
  public static void keepTheRing(WatchHub hub) {}

  /** A new leader does not extend the leases. */
  public static long longAgo(LongSupplier clock) {
    return clock.getAsLong() - LONG_AGO_MILLIS;
  }
}
