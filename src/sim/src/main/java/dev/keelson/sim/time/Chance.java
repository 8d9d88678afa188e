package dev.keelson.sim.time;

import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A source of randomness, all of it determined by a seed. Parts of a simulation get {@link #split}
 * sources of their own, so that one that draws more does not shift what the others draw.
 */
public final class Chance {
  private final SplittableRandom random;

  public Chance(long seed) {
    this(new SplittableRandom(seed));
  }

  private Chance(SplittableRandom random) {
    this.random = random;
  }

  /** A source of its own. */
  public Chance split() {
    return new Chance(random.split());
  }

  /** As the JDK sees it; draws from this source. */
  public RandomGenerator generator() {
    return random;
  }

  public long nextLong() {
    return random.nextLong();
  }

  /** From 0 to the bound, which is not included. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** From {@code low} to {@code high}, both included. */
  public long between(long low, long high) {
    return low == high ? low : random.nextLong(low, high + 1);
  }

  /** True with a probability in thousandths. */
  public boolean permille(int probability) {
    return probability > 0 && random.nextInt(1000) < probability;
  }

  public boolean even() {
    return random.nextBoolean();
  }

  public <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /**
   * A delay between the bounds, spread evenly over its orders of magnitude: mostly short, now and
   * then long. Integers only: a logarithm may differ in its last bit from one JVM to another.
   */
  public long delay(long low, long high) {
    if (low <= 0 || high <= low) {
      return low;
    }
    int doublings = Long.SIZE - Long.numberOfLeadingZeros(high / low);
    long from = low << below(doublings);
    return Math.min(between(from, 2 * from), high);
  }
}
