package dev.keelson.node;

import dev.keelson.kv.error.KvError;
import dev.keelson.node.api.Statuses;
import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.peer.Transport;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands leadership over: on request, before a graceful stop, and before the leader is removed. A
 * transfer that does not come about within an election timeout, after which consensus gives it up,
 * is tried again.
 */
final class LeaderTransfer {
  private static final Logger LOG = LoggerFactory.getLogger(LeaderTransfer.class);

  private final Environment environment;
  private final long memberId;
  private final Consensus consensus;
  private final Transport transport;
  private final MemberSettings settings;

  LeaderTransfer(
      Environment environment,
      long memberId,
      Consensus consensus,
      Transport transport,
      MemberSettings settings) {
    this.environment = environment;
    this.memberId = memberId;
    this.consensus = consensus;
    this.transport = transport;
    this.settings = settings;
  }

  /** Hands over to a voter, as long as somebody waits for it; completes when that one leads. */
  CompletableFuture<Void> to(long target, BooleanSupplier abandoned) {
    CompletableFuture<Void> result = new CompletableFuture<>();
    LOG.atInfo()
        .addKeyValue("transferee-member-id", Long.toHexString(target))
        .log("leadership transfer starting");
    request(target);
    poll(target, abandoned, environment.nanoTime(), result);
    return result;
  }

  private void request(long target) {
    consensus.submit(() -> consensus.loop().transferLeadership(target));
  }

  private void poll(
      long target, BooleanSupplier abandoned, long askedNanos, CompletableFuture<Void> result) {
    long leader = consensus.standing().leader();
    if (leader == target) {
      LOG.atInfo()
          .addKeyValue("current-leader-member-id", Long.toHexString(target))
          .log("leadership transfer finished");
      result.complete(null);
    } else if (abandoned.getAsBoolean()) {
      result.completeExceptionally(Statuses.of(KvError.TRANSFER_TIMED_OUT).asRuntimeException());
    } else {
      long asked = askedNanos;
      long now = environment.nanoTime();
      if (leader == memberId
          && now - asked > TimeUnit.MILLISECONDS.toNanos(settings.electionMillis())) {
        request(target);
        asked = now;
      }
      long since = asked;
      var _ =
          environment.after(
              settings.heartbeatMillis(), () -> poll(target, abandoned, since, result));
    }
  }

  /**
   * Hands over to the voter that has been within reach longest, if this member leads others.
   * Completes in any case, after the time of a request at the latest.
   */
  CompletableFuture<Void> beforeStop() {
    if (!consensus.standing().isLeader()) {
      LOG.info("skipped leadership transfer; local server is not leader");
      return CompletableFuture.completedFuture(null);
    }
    return awayFrom(memberId);
  }

  /**
   * Sees to it that this member does not lead, if there is another voter within reach. Completes in
   * any case, after the time of a request at the latest: what follows is safe without, just slower.
   */
  CompletableFuture<Void> awayFrom(long member) {
    Standing now = consensus.standing();
    Optional<Long> target =
        now.leader() == member
            ? now.confState().voters().stream()
                .filter(id -> id != member && reach(id) >= 0)
                .max(Comparator.comparingLong(this::reach))
            : Optional.empty();
    if (target.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    long end =
        environment.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.requestTimeoutMillis());
    return to(
            target.get(),
            () ->
                environment.nanoTime() - end > 0
                    || (consensus.standing().hasLeader()
                        && consensus.standing().leader() != member))
        .exceptionally(_ -> null);
  }

  private long reach(long id) {
    return id == memberId ? Long.MAX_VALUE : transport.connectedMillis(id);
  }
}
