package dev.keelson.bench.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Keys and values of a run. Keys are 8 bytes: {@code k} and seven decimal digits; a prefix of five
 * bytes covers 1000 of them. Values are fresh random bytes, which no compressor shortens. One
 * thread uses an instance.
 */
final class Data {
  static final int KEY_BYTES = 8;
  static final int MAX_KEYS = 10_000_000;
  static final int KEYS_PER_PREFIX = 1_000;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] key = new byte[KEY_BYTES];
  private final byte[] value;
  private long state;

  /**
   * @param valueBytes size of each value
   * @param seed of the choice of keys and of the values
   */
  Data(int valueBytes, long seed) {
    value = new byte[valueBytes];
    state = seed;
  }

  /** The key of this index, in a buffer that the next call overwrites. */
  byte[] key(int index) {
    key[0] = 'k';
    int rest = index;
    for (int i = KEY_BYTES - 1; i > 0; i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return key;
  }

  /** A uniform choice below {@code bound}. */
  int below(int bound) {
    return (int) Math.unsignedMultiplyHigh(random(), bound);
  }

  /** A new value, in a buffer that the next call overwrites. */
  byte[] value() {
    int at = 0;
    for (; at + Long.BYTES <= value.length; at += Long.BYTES) {
      LONGS.set(value, at, random());
    }
    for (long last = random(); at < value.length; at++, last >>>= 8) {
      value[at] = (byte) last;
    }
    return value;
  }

  /** Puts a number into the first eight bytes of the current value. */
  byte[] valueStartingWith(long number) {
    byte[] fresh = value();
    LONGS.set(fresh, 0, number);
    return fresh;
  }

  /** The number that {@link #valueStartingWith} put at this place. */
  static long numberAt(byte[] bytes, int offset) {
    return (long) LONGS.get(bytes, offset);
  }

  /** SplitMix64 (Steele, Lea, Flood 2014). */
  private long random() {
    state += 0x9e3779b97f4a7c15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
