package dev.keelson.sim.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Until when each lease must live: its full time after the last renewal that a client knows to have
 * succeeded, counted from when the client asked for it.
 */
public final class LeaseLedger {
  private static final long SECOND = 1_000_000_000L;

  /** What clocks may differ by, in thousandths of the time to live, and a tick's rounding. */
  private static final long SLACK_PERMILLE = 10;

  private static final long SLACK_NANOS = 10_000_000;

  private final Map<Long, Long> mustLiveUntil = new HashMap<>();
  private final Set<Long> givenUp = new HashSet<>();

  /** A grant or renewal has succeeded. */
  public void renewed(long lease, long askedNanos, long ttlSeconds) {
    long lifetime = ttlSeconds * SECOND;
    mustLiveUntil.merge(
        lease, askedNanos + lifetime - lifetime / 1000 * SLACK_PERMILLE - SLACK_NANOS, Math::max);
  }

  /** A client asks for the revocation: from now on it may be gone. */
  public void givenUp(long lease) {
    givenUp.add(lease);
  }

  /** A revocation has been committed. */
  public void revoked(long lease, long nowNanos) {
    Long until = mustLiveUntil.remove(lease);
    if (until != null && !givenUp.contains(lease) && nowNanos < until) {
      throw new Violation(
          "lease %x ended %d ms too early".formatted(lease, (until - nowNanos) / 1_000_000));
    }
  }
}
