package dev.keelson.sim.net;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How it goes on connections: delay, loss of a direction, refusal, damage. Loss means that bytes
 * are swallowed while the connection stays open, as with a dropped cable; what was swallowed is
 * gone for good, so the connection is closed when the direction comes back.
 *
 * <p>All switches can be turned at any time and hold for present and future connections.
 * Thread-safe.
 */
public final class Conditions {
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Random random;
  private final AtomicLong passed = new AtomicLong();
  private volatile boolean refusing;
  private volatile Set<Direction> lost = Set.of();
  private volatile long delayMillis;
  private volatile double flakiness;
  private volatile long damageAt = -1;
  private volatile long bytesPerSecond;

  /** Which way bytes go. */
  public enum Direction {
    /** From whoever connected to the proxy. */
    TO_TARGET,
    /** Answers. */
    FROM_TARGET
  }

  /** A connection that they are the conditions of. */
  interface Link {
    void close();

    /** Whether bytes of it are gone. */
    boolean swallowed();
  }

  /**
   * Good conditions.
   *
   * @param seed of what is left to chance
   */
  public Conditions(long seed) {
    random = new Random(seed);
  }

  /** Bytes passed on so far, both ways. */
  public long passedBytes() {
    return passed.get();
  }

  /** Closes all connections, as a process that dies does. */
  public void cut() {
    links.forEach(Link::close);
  }

  /** Closes new connections at once. */
  public void refuse(boolean on) {
    refusing = on;
  }

  /** Swallows the bytes of these directions; none of them for an end of it. */
  public void lose(Set<Direction> directions) {
    lost = Set.copyOf(directions);
    if (directions.isEmpty()) {
      links.stream().filter(Link::swallowed).forEach(Link::close);
    }
  }

  /** Holds each piece of data back for so long. */
  public void delay(long millis) {
    delayMillis = millis;
  }

  /** Cuts a connection with this probability at each piece of data. */
  public void flaky(double probability) {
    flakiness = probability;
  }

  /** Passes at most so many bytes per second and connection; 0 for no limit. */
  public void limit(long newBytesPerSecond) {
    bytesPerSecond = newBytesPerSecond;
  }

  /** Flips one bit when so many bytes more have passed. */
  public void damageAfter(long bytes) {
    damageAt = passed.get() + bytes;
  }

  boolean refusing() {
    return refusing;
  }

  void opened(Link link) {
    links.add(link);
  }

  void closed(Link link) {
    links.remove(link);
  }

  /** Lets the time pass that a piece of data takes. */
  void await(int length) throws InterruptedException {
    if (delayMillis > 0) {
      Thread.sleep(delayMillis);
    }
    long limit = bytesPerSecond;
    if (limit > 0) {
      Thread.sleep(1000L * length / limit);
    }
  }

  boolean loses(Direction direction) {
    return lost.contains(direction);
  }

  /** Whether a connection breaks now. */
  boolean breaks() {
    if (flakiness == 0) {
      return false;
    }
    synchronized (random) {
      return random.nextDouble() < flakiness;
    }
  }

  /** A piece of data passes; it may be damaged. */
  void pass(byte[] buffer, int length) {
    long before = passed.getAndAdd(length);
    long at = damageAt;
    if (at >= before && at < before + length) {
      damageAt = -1;
      buffer[(int) (at - before)] ^= 0x10;
    }
  }
}
