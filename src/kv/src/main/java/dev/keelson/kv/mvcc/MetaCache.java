package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of recently changed keys, also of keys known not to exist, so that a hot key is
 * changed without reading it back. Bounded; used by the apply thread alone; what it holds never
 * decides an outcome.
 *
 * <p>The entries lie one behind the other in a ring of bytes, found through a table of their
 * positions: no object per key that would live long enough to be copied by collections, and then
 * die in the old generation.
 *
 * <pre>
 *   int     length of the key
 *   long    create revision, main, sub, version, lease
 *   byte[]  key
 * </pre>
 *
 * <p>The newest entry overwrites the oldest. A position counts all bytes ever written, so that an
 * entry that is overwritten shows by its position.
 */
final class MetaCache {
  private static final int KEY_LENGTH_MAX = 256;
  private static final int HEADER_BYTES = Integer.BYTES + 5 * Long.BYTES;
  private static final int FIRST_RING_BYTES = 64 << 10;
  private static final int WAYS = 4;
  private static final long FREE = -1;

  /** Of a slot, how many bits of the key's hash stand below the position. */
  private static final int TAG_BITS = 16;

  private static final int TAG_MASK = (1 << TAG_BITS) - 1;

  /**
   * Bytes of the ring for one position of the table; near the size of an entry with a short key.
   */
  private static final int BYTES_PER_SLOT = 32;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final int maxBytes;
  private byte[] ring;
  private long[] slots;
  private long end;

  /**
   * Creates an empty cache.
   *
   * @param maxBytes how large the ring may become; a power of two, 64 KiB or more. The table takes
   *     a quarter of that besides.
   */
  MetaCache(int maxBytes) {
    if (Integer.bitCount(maxBytes) != 1 || maxBytes < FIRST_RING_BYTES) {
      throw new IllegalArgumentException("not a power of two from 64 KiB: " + maxBytes);
    }
    this.maxBytes = maxBytes;
    ring = new byte[FIRST_RING_BYTES];
    slots = table(FIRST_RING_BYTES);
  }

  private static long[] table(int ringBytes) {
    long[] table = new long[ringBytes / BYTES_PER_SLOT];
    Arrays.fill(table, FREE);
    return table;
  }

  /** What is known of the key, the caller's to change; null if nothing is. */
  @Nullable KeyMeta get(ByteString key) {
    int slot = find(key);
    if (slot < 0) {
      return null;
    }
    KeyMeta meta = new KeyMeta();
    meta.cachedAt = position(slots[slot]);
    int at = offset(meta.cachedAt) + Integer.BYTES;
    meta.createRevision = (long) LONG.get(ring, at);
    meta.main = (long) LONG.get(ring, at + 8);
    meta.sub = (long) LONG.get(ring, at + 16);
    meta.version = (long) LONG.get(ring, at + 24);
    meta.lease = (long) LONG.get(ring, at + 32);
    return meta;
  }

  /** Notes what is known of the key from now on. */
  void put(ByteString key, KeyMeta meta) {
    if (meta.cachedAt >= 0 && isKept(meta.cachedAt)) {
      write(offset(meta.cachedAt), meta);
      return;
    }
    if (key.size() > KEY_LENGTH_MAX) {
      return;
    }
    int known = find(key);
    if (known >= 0) {
      meta.cachedAt = position(slots[known]);
      write(offset(meta.cachedAt), meta);
      return;
    }
    int size = HEADER_BYTES + key.size();
    while (ring.length < maxBytes && end + size > ring.length) {
      grow(); // before the first wrap, even if an entry ended exactly where the ring does
    }
    if (offset(end) + size > ring.length) {
      end += ring.length - offset(end);
    }
    int at = offset(end);
    INT.set(ring, at, key.size());
    key.copyTo(ring, at + HEADER_BYTES);
    write(at, meta);
    meta.cachedAt = end;
    claim(key.hashCode(), end);
    end += size;
  }

  /** The slot of the key's entry, or -1. */
  private int find(ByteString key) {
    int hash = key.hashCode();
    int bucket = bucket(hash);
    for (int slot = bucket; slot < bucket + WAYS; slot++) {
      if ((slots[slot] & TAG_MASK) == tag(hash) && holds(slots[slot], key)) {
        return slot;
      }
    }
    return -1;
  }

  /** Lets the key be found at this position, in place of the oldest that shares its bucket. */
  private void claim(int hash, long position) {
    int bucket = bucket(hash);
    int oldest = bucket;
    for (int slot = bucket + 1; slot < bucket + WAYS; slot++) {
      if (slots[slot] < slots[oldest]) {
        oldest = slot;
      }
    }
    slots[oldest] = position << TAG_BITS | tag(hash);
  }

  private void write(int offset, KeyMeta meta) {
    int at = offset + Integer.BYTES;
    LONG.set(ring, at, meta.createRevision);
    LONG.set(ring, at + 8, meta.main);
    LONG.set(ring, at + 16, meta.sub);
    LONG.set(ring, at + 24, meta.version);
    LONG.set(ring, at + 32, meta.lease);
  }

  /** Before the first wrap, so that a position is an offset. */
  private void grow() {
    ring = Arrays.copyOf(ring, ring.length * 2);
    long[] before = slots;
    slots = table(ring.length);
    for (long slot : before) {
      if (slot != FREE) {
        int at = offset(position(slot));
        int length = (int) INT.get(ring, at);
        claim(ByteString.copyFrom(ring, at + HEADER_BYTES, length).hashCode(), position(slot));
      }
    }
  }

  private boolean holds(long slot, ByteString key) {
    if (slot == FREE || !isKept(position(slot))) {
      return false;
    }
    int at = offset(position(slot));
    int length = key.size();
    if ((int) INT.get(ring, at) != length) {
      return false;
    }
    at += HEADER_BYTES;
    for (int i = 0; i < length; i++) {
      if (ring[at + i] != key.byteAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the entry has not been overwritten yet. */
  private boolean isKept(long position) {
    return end - position <= ring.length;
  }

  private static long position(long slot) {
    return slot >> TAG_BITS;
  }

  private int offset(long position) {
    return (int) position & (ring.length - 1);
  }

  /** The first of the slots that a key with this hash may be found by. */
  private int bucket(int hash) {
    int mixed = hash * 0x9E3779B1; // Fibonacci hashing: the product's upper bits depend on all
    return (mixed >>> 8) * WAYS & (slots.length - 1);
  }

  private static int tag(int hash) {
    return (hash ^ hash >>> TAG_BITS) & TAG_MASK;
  }
}
