package dev.keelson.node;

import dev.keelson.node.env.Environment;
import dev.keelson.node.loop.MembershipProposals;
import dev.keelson.node.loop.Proposals;
import dev.keelson.node.loop.ReadBarrier;
import dev.keelson.node.loop.RequestIds;
import dev.keelson.node.loop.Standing;
import dev.keelson.node.peer.Transport;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Where clients' wishes wait for the node loop.
 *
 * @param ids names what is asked
 */
record Queues(
    RequestIds ids, Proposals proposals, MembershipProposals changes, ReadBarrier barrier) {

  /**
   * Empty queues.
   *
   * @param standing where the member stands; asked when a proposal has timed out
   * @param wake makes the node loop look at the queues
   */
  static Queues of(
      MemberSettings settings,
      Environment environment,
      Transport transport,
      long memberId,
      Supplier<Standing> standing,
      Runnable wake) {
    long requestTimeoutNanos = TimeUnit.MILLISECONDS.toNanos(settings.requestTimeoutMillis());
    RequestIds ids = new RequestIds(memberId, environment.wallMillis());
    Proposals proposals =
        new Proposals(
            ids,
            environment::nanoTime,
            requestTimeoutNanos,
            new ProposalTimeouts(
                settings.electionMillis(), memberId, transport, standing, environment::nanoTime),
            settings.requestBytesMax(),
            wake);
    MembershipProposals changes =
        new MembershipProposals(
            ids,
            environment::nanoTime,
            TimeUnit.MILLISECONDS.toNanos(settings.electionMillis()),
            wake);
    ReadBarrier barrier =
        new ReadBarrier(environment::nanoTime, ids.next(), requestTimeoutNanos, wake);
    return new Queues(ids, proposals, changes, barrier);
  }

  /** Refuses what is asked from now on; what waits at the barrier is for the node loop to end. */
  void close() {
    proposals.close();
    changes.close();
  }
}
