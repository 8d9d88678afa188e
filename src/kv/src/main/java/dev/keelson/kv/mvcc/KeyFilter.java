package dev.keelson.kv.mvcc;

import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A Bloom filter (Bloom 1970) of keys: says of each key either that it was surely not added, or
 * that it may have been. Constant memory; with more keys it only says "may" more often, below one
 * time in a hundred up to one key for 12 bits.
 */
final class KeyFilter {
  private static final int PROBES = 4;

  private final CRC32C crc = new CRC32C();
  private final long[] words;

  /**
   * An empty filter.
   *
   * @param bytes a power of two
   */
  KeyFilter(int bytes) {
    if (bytes < Long.BYTES || Integer.bitCount(bytes) != 1) {
      throw new IllegalArgumentException("not a power of two: " + bytes);
    }
    words = new long[bytes / Long.BYTES];
  }

  /** What filters of any size know the key by. */
  long hash(byte[] key) {
    crc.reset();
    crc.update(key);
    return next(crc.getValue() + 1);
  }

  void add(long keyHash) {
    long hash = keyHash;
    for (int i = 0; i < PROBES; i++) {
      words[word(hash)] |= 1L << hash;
      hash = next(hash);
    }
  }

  boolean mayHave(long keyHash) {
    long hash = keyHash;
    for (int i = 0; i < PROBES; i++) {
      if ((words[word(hash)] & 1L << hash) == 0) {
        return false;
      }
      hash = next(hash);
    }
    return true;
  }

  /** The next of a sequence in which all bits depend on all bits (SplitMix64's finalizer). */
  private static long next(long hash) {
    long mixed = hash + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }

  /** The lowest six bits choose the bit in the word. */
  private int word(long hash) {
    return (int) (hash >>> 6) & (words.length - 1);
  }

  /** Adds what another filter of the same size has. */
  void addAll(KeyFilter other) {
    for (int i = 0; i < words.length; i++) {
      words[i] |= other.words[i];
    }
  }

  void clear() {
    Arrays.fill(words, 0);
  }
}
