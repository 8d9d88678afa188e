package dev.keelson.kv.snapshot;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.HistoryImport;
import dev.keelson.proto.etcdserverpb.AlarmMember;
import dev.keelson.proto.leasepb.Lease;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.bbolt.BoltReader;
import dev.keelson.storage.bbolt.BoltWalk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty backend with what a snapshot of etcd or of this program holds, members and
 * positions in the log excepted: those are the new cluster's. Revisions, versions, leases and their
 * remaining time, users, roles and alarms stay as they are.
 *
 * <p>Work is done in steps that the caller paces. Not thread-safe.
 */
public final class SnapshotImport implements AutoCloseable {
  private final KvBackend backend;
  private final SnapshotMeta meta;
  private final BoltWalk walk;
  private final HistoryImport history;
  private @Nullable String bucket;
  private long bytes;

  /**
   * Begins.
   *
   * @param backend empty
   * @param writers runs what it is given, several at once if it can; until {@link #finish} or
   *     {@link #close} has returned nobody else writes to the backend
   * @throws SnapshotFormatException if the file is not a snapshot of a known version
   * @throws IOException if the file is damaged or cannot be read
   */
  public SnapshotImport(BoltReader file, KvBackend backend, Executor writers) throws IOException {
    this.backend = backend;
    meta = SnapshotMeta.read(file);
    walk = file.walk();
    bucket = walk.nextBucket();
    history = new HistoryImport(backend, writers, file.sizeBytes());
  }

  /**
   * Takes over more rows.
   *
   * @param bytesMin how many bytes of rows, at least; one row more may be taken
   * @return whether there are more
   * @throws SnapshotFormatException if a row is not what etcd writes
   * @throws IOException if the file is damaged or cannot be read
   */
  public boolean step(int bytesMin) throws IOException {
    long end = bytes + bytesMin;
    while (bytes < end) {
      String name = bucket;
      if (name == null) {
        walk.finish();
        return false;
      }
      if (CarriedBuckets.FAMILIES.containsKey(name) && walk.nextRow()) {
        take(name, walk.key(), walk.value());
      } else {
        bucket = walk.nextBucket();
      }
    }
    return true;
  }

  private void take(String name, byte[] key, byte[] value) throws IOException {
    bytes += key.length + value.length;
    try {
      switch (name) {
        case CarriedBuckets.KEYS -> history.add(key, value);
        case CarriedBuckets.LEASES -> put(name, key, lease(key, value));
        case CarriedBuckets.ALARMS -> put(name, key, alarm(key, value));
        default -> put(name, key, value);
      }
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      throw new SnapshotFormatException(
          "page "
              + walk.page()
              + ": a row of bucket \""
              + name
              + "\" is damaged: "
              + e.getMessage(),
          e);
    }
  }

  private void put(String name, byte[] key, byte[] value) {
    Family family = CarriedBuckets.FAMILIES.get(name);
    if (family != null) {
      history.put(family, key, value);
    }
  }

  private static byte[] lease(byte[] key, byte[] value) throws InvalidProtocolBufferException {
    long id = Lease.parseFrom(value).getID();
    if (key.length != Long.BYTES || ByteBuffer.wrap(key).getLong() != id) {
      throw new IllegalArgumentException("lease " + Long.toHexString(id) + " has another key");
    }
    return value;
  }

  private static byte[] alarm(byte[] key, byte[] value) throws InvalidProtocolBufferException {
    if (AlarmMember.parseFrom(key).getUnknownFields().asMap().isEmpty()) {
      return value;
    }
    throw new IllegalArgumentException("an alarm of a newer version");
  }

  /** How many bytes of rows have been taken over. */
  public long bytes() {
    return bytes;
  }

  /** What the file says about itself. */
  public SnapshotMeta meta() {
    return meta;
  }

  /** The newest revision so far. */
  public long revision() {
    return history.revision();
  }

  /** How many keys are live so far. */
  public long keys() {
    return history.keys();
  }

  /**
   * Ends, when {@link #step} has returned false. What was written is durable after the next flush.
   *
   * @param members the new cluster's
   * @param index the entry of the new cluster's log that the state stands for
   * @param term the term of that entry
   * @param bumpBy added to the revision, with all that is older compacted, so that watchers see
   *     that they must read anew; 0 for no such change
   */
  public void finish(List<Member> members, long index, long term, long bumpBy) {
    for (Member member : members) {
      byte[] id = ByteBuffer.allocate(Long.BYTES).putLong(member.getID()).array();
      history.put(Families.MEMBERS, id, member.toByteArray());
    }
    history.finish(meta.compactions(), index, term, bumpBy);
  }

  /** The backend that is filled. */
  public KvBackend backend() {
    return backend;
  }

  @Override
  public void close() {
    history.close();
  }
}
