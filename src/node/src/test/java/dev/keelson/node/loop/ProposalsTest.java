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
      new Proposals(new RequestIds(7, 1), () -> nowNanos, 1000, BYTES_MAX, () -> wakeUps++);

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
    List<Pending> taken = proposals.take(10, 1000);
    assertThat(taken).hasSize(1);
    assertThat(proposals.take(10, 1000)).isEmpty();
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
    Pending first = proposals.take(1, 1).getFirst();
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
    assertThat(proposals.take(10, 1000)).isEmpty();
  }

  @Test
  void closingFailsWhoWaitsAndWhoComes() {
    propose(1);
    proposals.close();
    propose(1);
    assertThat(errors()).containsExactly(KvError.STOPPED, KvError.STOPPED);
  }
}
