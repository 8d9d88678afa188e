package dev.keelson.node;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.peer.Transport;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Tells why a proposal was not answered in time, by etcd's rules: it was made in the two election
 * timeouts before a leader was elected, or the leader, or the leader's quorum, was out of reach at
 * some time since.
 */
final class ProposalTimeouts implements Proposals.TimeoutReason {
  private final long electionNanos;
  private final long memberId;
  private final Transport transport;
  private final Supplier<Standing> standing;
  private final LongSupplier nowNanos;
  private boolean elected;
  private long electedNanos;

  ProposalTimeouts(
      long electionMillis,
      long memberId,
      Transport transport,
      Supplier<Standing> standing,
      LongSupplier nowNanos) {
    this.electionNanos = TimeUnit.MILLISECONDS.toNanos(electionMillis);
    this.memberId = memberId;
    this.transport = transport;
    this.standing = standing;
    this.nowNanos = nowNanos;
  }

  @Override
  public void leaderElected() {
    elected = true;
    electedNanos = nowNanos.getAsLong();
  }

  @Override
  public long graceNanos() {
    return electionNanos / 2;
  }

  @Override
  public KvError of(long startNanos, long now) {
    if (elected
        && startNanos - (electedNanos - 2 * electionNanos) > 0
        && startNanos - electedNanos < 0) {
      return KvError.TIMED_OUT_LEADER_FAILED;
    }
    Standing current = standing.get();
    long sinceMillis = TimeUnit.NANOSECONDS.toMillis(now - startNanos);
    if (current.leader() == memberId) {
      long connected =
          current.confState().voters().stream()
              .filter(id -> id == memberId || transport.connectedMillis(id) >= sinceMillis)
              .count();
      if (connected < current.confState().voters().size() / 2 + 1) {
        return KvError.TIMED_OUT_CONNECTION_LOST;
      }
    } else if (current.leader() != 0 && transport.connectedMillis(current.leader()) < sinceMillis) {
      return KvError.TIMED_OUT_CONNECTION_LOST;
    }
    return KvError.TIMED_OUT;
  }
}
