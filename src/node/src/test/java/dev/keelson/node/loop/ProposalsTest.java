package dev.keelson.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.Applied;
import dev.keelson.kv.error.KvError;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static final int BYTES_MAX = 1 << 20;

  private final List<Applied> outcomes = new ArrayList<>();
  private long nowNanos;
  private int wakeUps;
  private final Proposals proposals =
      new Proposals(
          new RequestIds(7, 1),
          () -> nowNanos,
          1000,
          new FixedReason(),
          BYTES_MAX,
          () -> wakeUps++);

  private static final class FixedReason implements Proposals.TimeoutReason {
    @Override
    public void leaderElected() {}

    @Override
    public KvError of(long startNanos, long nowNanos) {
      return KvError.TIMED_OUT;
    }

    @Override
    public long graceNanos() {
      return 100;
    }
  }

  private void propose(int valueBytes) {
    proposals.propose(
        InternalRaftRequest.newBuilder()
            .setPut(PutRequest.newBuilder().setValue(ByteString.copyFrom(new byte[valueBytes]))),
        Runnable::run,
        outcomes::add);
  }

  private List<KvError> errors() {
    return outcomes.stream()
        .map(Applied::failure)
        .map(failure -> failure == null ? null : failure.error())
        .toList();
  }

  @Test
  void aProposalIsTakenOnceAndClaimedByItsBytes() {
    propose(10);
    List<Pending> taken = proposals.take(10, 1000, 0);
    assertThat(taken).hasSize(1);
    assertThat(proposals.take(10, 1000, 0)).isEmpty();
    assertThat(wakeUps).isEqualTo(1);
    assertThat(proposals.claim(taken.getFirst().data())).isSameAs(taken.getFirst());
    assertThat(proposals.claim(taken.getFirst().data())).isNull();
    assertThat(proposals.claim(new byte[0])).isNull();
  }

  @Test
  void aRequestOverTheLimitIsRefused() {
    propose(BYTES_MAX);
    assertThat(errors()).containsExactly(KvError.REQUEST_TOO_LARGE);
    assertThat(proposals.waiting()).isZero();
  }

  @Test
  void largeProposalsThatWaitAreBoundedByTheirBytes() {
    while (outcomes.isEmpty()) {
      propose(BYTES_MAX / 2);
      assertThat(proposals.waiting()).isLessThanOrEqualTo(65);
    }
    assertThat(errors()).containsExactly(KvError.TOO_MANY_REQUESTS);
    int waiting = proposals.waiting();
    Pending first = proposals.take(1, 1, 0).getFirst();
    proposals.claim(first.data());
    propose(BYTES_MAX / 2);
    assertThat(proposals.waiting()).isEqualTo(waiting);
  }

  @Test
  void whoWaitsTooLongIsToldAndNotProposedAnyMore() {
    propose(1);
    nowNanos = 999;
    proposals.expire();
    assertThat(outcomes).isEmpty();
    nowNanos = 1000;
    proposals.expire();
    assertThat(errors()).containsExactly(KvError.TIMED_OUT);
    assertThat(proposals.take(10, 1000, 0)).isEmpty();
  }

  @Test
  void whatALostLeaderDidNotLeaveBehindFailsSoonAfterTheNextOnesFirstEntry() {
    propose(1);
    propose(2);
    proposals.take(1, 1, 0).getFirst().proposedIn(3);
    nowNanos = 200;
    proposals.termReached(3);
    nowNanos = 400;
    proposals.expire();
    assertThat(outcomes).isEmpty();
    proposals.termReached(4);
    nowNanos = 499;
    proposals.expire();
    assertThat(outcomes).isEmpty();
    nowNanos = 500;
    proposals.expire();
    assertThat(errors()).containsExactly(KvError.TIMED_OUT_LEADER_FAILED);
    assertThat(proposals.take(10, 1000, 0)).hasSize(1);
  }

  @Test
  void whatALeaderDecidedIsProposedByNobodyElse() {
    for (long term : new long[] {3, 4}) {
      proposals.proposeAsLeaderOf(
          term, InternalRaftRequest.newBuilder(), Runnable::run, outcomes::add);
    }
    assertThat(proposals.take(10, 1000, 4)).hasSize(1);
    assertThat(errors()).containsExactly(KvError.NOT_LEADER);
  }

  @Test
  void closingFailsWhoWaitsAndWhoComes() {
    propose(1);
    proposals.close();
    propose(1);
    assertThat(errors()).containsExactly(KvError.STOPPED, KvError.STOPPED);
  }
}
