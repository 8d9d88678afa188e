package dev.keelson.kv.lease;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.leasepb.Lease;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.WriteBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The replicated record of leases: which exist and for how long they were granted. Which keys are
 * attached is kept by the store in {@link Families#LEASE_KEYS}. When a lease expires is not
 * replicated; see {@link Lessor}.
 *
 * <p>Changed by the apply thread; read from any.
 */
public final class Leases {
  private final ConcurrentHashMap<Long, Granted> granted = new ConcurrentHashMap<>();

  /**
   * A granted lease.
   *
   * @param id any number but 0; may be negative
   * @param ttlSeconds the time to live granted
   */
  public record Granted(long id, long ttlSeconds) {}

  /** Loads what the backend holds. */
  public Leases(KvBackend backend) {
    reload(backend);
  }

  /** Loads everything anew, because the backend's contents were replaced. */
  public void reload(Reader backend) {
    Map<Long, Granted> found = new HashMap<>();
    try (Cursor cursor = backend.ascending(Families.LEASES, new byte[0], null)) {
      while (cursor.next()) {
        Lease stored = Lease.parseFrom(cursor.value());
        found.put(stored.getID(), new Granted(stored.getID(), stored.getTTL()));
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("a lease record cannot be decoded", e);
    }
    granted.keySet().retainAll(found.keySet());
    granted.putAll(found);
  }

  public boolean exists(long id) {
    return granted.containsKey(id);
  }

  public @Nullable Granted find(long id) {
    return granted.get(id);
  }

  /** All leases, in no particular order. */
  public Collection<Granted> all() {
    return granted.values();
  }

  /** Records a lease that does not exist yet. */
  public Granted grant(WriteBatch batch, long id, long ttlSeconds) {
    Granted lease = new Granted(id, ttlSeconds);
    if (granted.putIfAbsent(id, lease) != null) {
      throw new IllegalStateException("lease " + id + " granted twice");
    }
    batch.put(
        Families.LEASES,
        key(id),
        Lease.newBuilder().setID(id).setTTL(ttlSeconds).build().toByteArray());
    return lease;
  }

  /** Forgets a lease. */
  public void revoke(WriteBatch batch, long id) {
    granted.remove(id);
    batch.delete(Families.LEASES, key(id));
  }

  /** The keys attached to a lease, ascending. */
  public static List<byte[]> attachedKeys(Reader reader, long id) {
    List<byte[]> keys = new ArrayList<>();
    byte[] from = key(id);
    try (Cursor cursor = reader.ascending(Families.LEASE_KEYS, from, end(id))) {
      while (cursor.next()) {
        byte[] stored = cursor.key();
        keys.add(java.util.Arrays.copyOfRange(stored, from.length, stored.length));
      }
    }
    return keys;
  }

  private static byte[] key(long id) {
    return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
  }

  /**
   * The first key after all those of {@code id}; null after the last possible id, -1 as unsigned
   * bytes.
   */
  private static byte @Nullable [] end(long id) {
    return id == -1 ? null : key(id + 1);
  }
}
