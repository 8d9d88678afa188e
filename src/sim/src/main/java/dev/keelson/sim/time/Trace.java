package dev.keelson.sim.time;

import java.util.Arrays;

/**
 * A running hash over a run. Two runs with the same hash went the same way: every event, message
 * and answer has gone into it. Built from arithmetic and {@link String#hashCode} only, which are
 * the same on every JVM.
 */
public final class Trace {
  private long hash = 0x9e3779b97f4a7c15L;

  public void add(long value) {
    long mixed = (hash ^ value) * 0xbf58476d1ce4e5b9L;
    hash = mixed ^ (mixed >>> 29);
  }

  public void add(String value) {
    add(value.hashCode());
  }

  public void add(byte[] value) {
    add(Arrays.hashCode(value));
  }

  public long hash() {
    return hash;
  }
}
