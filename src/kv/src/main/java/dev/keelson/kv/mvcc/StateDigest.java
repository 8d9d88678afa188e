package dev.keelson.kv.mvcc;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;

/**
 * A running digest of everything the log has done to the state: each entry folds in its index, its
 * term and its effects. Two members that applied the same entries have the same digest, whatever
 * their batches were; one that came to another result somewhere differs from there on. The digests
 * of the last entries are kept, so that members can be compared at an index they all have reached.
 *
 * <p>It finds members that decided differently, not bytes that changed on a disk afterwards; those
 * are found by hashing what is stored.
 *
 * <p>Apply thread only, except {@link #at}.
 */
public final class StateDigest {
  /** Digests kept; a power of two. */
  private static final int KEPT = 1 << 14;

  /** Digests that may be overwritten while a batch is applied: they are not handed out. */
  private static final int OVERWRITABLE = KEPT / 2;

  private final AtomicLongArray ring = new AtomicLongArray(KEPT);
  private final CRC32C checksum = new CRC32C();
  private long value;

  /** The first index of which the digest is known. */
  private volatile long first;

  /** The last index whose effects are visible. */
  private volatile long last;

  /** Goes on from a stored digest. */
  void restart(long index, long stored) {
    value = stored;
    ring.set((int) (index & (KEPT - 1)), stored);
    first = index;
    last = index;
  }

  long value() {
    return value;
  }

  /** Folds a number in. */
  public void fold(long number) {
    // the finaliser of SplitMix64 (Steele, Lea, Flood 2014) over a running sum
    long mixed = value * 0x9E3779B97F4A7C15L + number;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    value = mixed ^ (mixed >>> 31);
  }

  /** Folds bytes in, by their checksum. */
  public void fold(byte[] bytes) {
    checksum.reset();
    checksum.update(bytes, 0, bytes.length);
    fold((long) bytes.length << 32 | checksum.getValue());
  }

  /** The entry is done with. */
  void sealed(long index, long term) {
    fold(index);
    fold(term);
    ring.lazySet((int) (index & (KEPT - 1)), value);
  }

  /** What was sealed is visible. */
  void published(long index) {
    last = index;
  }

  /** The digest after an entry; empty if it is not applied yet, or too long ago. Thread-safe. */
  public OptionalLong at(long index) {
    if (!isKept(index)) {
      return OptionalLong.empty();
    }
    long digest = ring.get((int) (index & (KEPT - 1)));
    return isKept(index) ? OptionalLong.of(digest) : OptionalLong.empty();
  }

  private boolean isKept(long index) {
    long newest = last;
    return index >= first && index <= newest && newest - index < OVERWRITABLE;
  }
}
