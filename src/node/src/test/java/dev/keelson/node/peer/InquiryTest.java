package dev.keelson.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.peer.DescribeResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class InquiryTest {
  private static final long CLUSTER = 0xc;
  private static final long STRANGER = 9;

  private final List<List<String>> admitted = new ArrayList<>();
  private final Inquiry inquiry = new Inquiry(STRANGER, CLUSTER, admitted::add);
  private final CompletableFuture<DescribeResponse> self = new CompletableFuture<>();
  private final CompletableFuture<DescribeResponse> other = new CompletableFuture<>();
  private final CompletableFuture<DescribeResponse> stranger = new CompletableFuture<>();

  private void ask() {
    inquiry.await(List.of(self, other, stranger));
  }

  private static DescribeResponse answer(long by, long index, long... members) {
    DescribeResponse.Builder answer =
        DescribeResponse.newBuilder().setClusterId(CLUSTER).setMemberId(by).setAppliedIndex(index);
    for (long id : members) {
      answer.addMembers(Member.newBuilder().setID(id).addPeerURLs("http://m" + id));
    }
    return answer.build();
  }

  @Test
  void aMembersWordCountsAtOnce() {
    ask();
    other.complete(answer(2, 3, 1, 2, STRANGER));
    assertThat(admitted).containsExactly(List.of("http://m9"));
    stranger.complete(answer(STRANGER, 50, STRANGER));
    self.complete(answer(1, 3, 1, 2));
    assertThat(admitted).hasSize(1);
  }

  /** All that this member knows of have left: only who came meanwhile can tell. */
  @Test
  void itsOwnWordCountsIfItKnowsMoreThanAllWhoAnswer() {
    ask();
    self.complete(answer(1, 43, 1, 2));
    stranger.complete(answer(STRANGER, 523, 1, STRANGER));
    assertThat(admitted).as("before all have answered").isEmpty();
    other.completeExceptionally(new IllegalStateException("gone"));
    assertThat(admitted).containsExactly(List.of("http://m9"));
  }

  @Test
  void whoKnowsAsMuchAndDoesNotListItOverrulesIt() {
    ask();
    self.complete(answer(1, 43, 1, 2));
    stranger.complete(answer(STRANGER, 523, 1, STRANGER));
    other.complete(answer(2, 523, 1, 2));
    assertThat(admitted).isEmpty();
  }

  @Test
  void thisMembersOwnListCountsToo() {
    ask();
    other.completeExceptionally(new IllegalStateException("gone"));
    stranger.complete(answer(STRANGER, 523, 1, STRANGER));
    self.complete(answer(1, 600, 1, 2));
    assertThat(admitted).isEmpty();
  }

  @Test
  void whoDoesNotListItselfIsNoMember() {
    ask();
    self.complete(answer(1, 43, 1, 2));
    other.completeExceptionally(new IllegalStateException("gone"));
    stranger.complete(answer(STRANGER, 523, 1, 2));
    assertThat(admitted).isEmpty();
  }

  @Test
  void anotherClustersWordDoesNotCount() {
    ask();
    self.complete(answer(1, 43, 1, 2));
    other.complete(answer(2, 900, 2, STRANGER).toBuilder().setClusterId(1).build());
    stranger.complete(answer(STRANGER, 523, STRANGER).toBuilder().setClusterId(1).build());
    assertThat(admitted).isEmpty();
  }
}
