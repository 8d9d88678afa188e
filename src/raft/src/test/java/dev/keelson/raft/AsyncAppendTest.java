package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Acknowledgements of writes that are under way together. */
final class AsyncAppendTest {
  private final Member member = TestNetwork.of(3).get(1);

  private static Entry entry(long term, long index) {
    return new Entry(term, index, EntryType.NORMAL, "x".getBytes(UTF_8));
  }

  private void append(long from, long term, long prevIndex, long prevTerm, Entry... entries) {
    TestNetwork.step(
        member, new Message.AppendRequest(from, 1, term, prevIndex, prevTerm, List.of(entries), 0));
  }

  // Entry 1/1 is appended, replaced by 2/1 and appended again by a leader that still has it: the
  // first write's acknowledgement must not count for the third write.
  @Test
  void anEntryAppendedTwiceIsDurableAfterTheSecondTime() {
    append(2, 1, 0, 0, entry(1, 1));
    member.takeReady();
    append(3, 2, 0, 0, entry(2, 1));
    member.takeReady();
    append(2, 3, 0, 0, entry(1, 1));
    member.takeReady();
    assertThat(member.appending).hasSize(3);

    member.completeAppend();
    assertThat(member.raft.status().stableIndex()).isZero();
    member.completeAppend();
    assertThat(member.raft.status().stableIndex()).isZero();
    assertThat(member.completeAppend())
        .containsExactly(new Message.AppendResponse(1, 2, 3, 1, false, 0, 0));
    assertThat(member.raft.status().stableIndex()).isEqualTo(1);
  }

  // Nothing is lost by ignoring an acknowledgement of an older term: the Ready with the new term
  // covers what was unstable then, though it carries no entry itself.
  @Test
  void aNewTermsReadyCoversOlderEntries() {
    append(2, 1, 0, 0, entry(1, 1), entry(1, 2));
    member.takeReady();
    TestNetwork.step(member, new Message.Heartbeat(3, 1, 2, 0, 0));
    Ready ready = member.takeReady();
    assertThat(ready.entries()).isEmpty();
    member.completeAppend();
    assertThat(member.raft.status().stableIndex()).isZero();
    member.completeAppend();
    assertThat(member.raft.status().stableIndex()).isEqualTo(2);
  }

  @Test
  void oneAcknowledgementCoversAllReadysBefore() throws ProposalDroppedException {
    Member single = TestNetwork.of(1).get(1);
    single.raft.campaign();
    new TestNetwork().run(single);
    for (int i = 0; i < 3; i++) {
      single.raft.propose(List.of("x".getBytes(UTF_8)));
      single.log.append(single.raft.ready().entries());
    }
    assertThat(single.raft.status().commit()).isEqualTo(1);
    single.raft.appended(single.raft.ready().sequence());
    assertThat(single.raft.status().commit()).isEqualTo(4);
  }

  @Test
  void committedEntriesAreNotHandedOutBeforeTheyAreDurableHere() {
    TestNetwork.step(member, new Message.AppendRequest(2, 1, 1, 0, 0, List.of(entry(1, 1)), 1));
    assertThat(member.takeReady().committedEntries()).isEmpty();
    assertThat(member.raft.status().commit()).isEqualTo(1);
    member.completeAppend();
    assertThat(member.takeReady().committedEntries()).hasSize(1);
  }

  @Test
  void aCandidatesRequestsWaitForItsOwnVote() {
    member.raft.campaign();
    Ready ready = member.takeReady();
    assertThat(ready.messages()).isEmpty();
    assertThat(ready.mustSync()).isTrue();
    assertThat(member.completeAppend()).hasSize(2);
  }

  @Test
  void acknowledgementsOutOfThinAirAreRefused() {
    assertThatThrownBy(() -> member.raft.appended(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> member.raft.applied(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1");
    append(2, 1, 0, 0, entry(1, 1));
    Ready ready = member.raft.ready();
    assertThatThrownBy(() -> member.raft.appended(ready.sequence()))
        .as("the storage does not have it")
        .isInstanceOf(IllegalStateException.class);
  }
}
