package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.confchange.ConfState;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages that no correct member sends are refused and leave no trace. */
final class HostilePeerTest {
  private static final long HUGE = Long.MAX_VALUE;
  private static final ConfState VOTERS = ConfState.ofVoters(1L, 2L, 3L);

  /** A follower of member 2 in term 3, with entries 1 to 3 of which 2 are committed. */
  private static Member follower() {
    Member member = TestNetwork.of(3).get(1);
    TestNetwork.step(
        member,
        new Message.AppendRequest(
            2, 1, 3, 0, 0, List.of(entry(1, 1), entry(1, 2), entry(2, 3)), 2));
    new TestNetwork().run(member);
    return member;
  }

  private static Entry entry(long term, long index) {
    return new Entry(term, index, EntryType.NORMAL, "x".getBytes(UTF_8));
  }

  private static Message append(long prevIndex, long prevTerm, Entry... entries) {
    return new Message.AppendRequest(2, 1, 3, prevIndex, prevTerm, List.of(entries), 0);
  }

  static Stream<Message> toAFollower() {
    return Stream.of(
        new Message.Heartbeat(2, 1, 3, 4, 0),
        new Message.Heartbeat(2, 1, 3, HUGE, 0),
        new Message.Heartbeat(2, 1, 9, 4, 0),
        new Message.Heartbeat(2, 1, 3, -1, 0),
        new Message.Heartbeat(2, 1, 0, 0, 0),
        new Message.Heartbeat(2, 1, HUGE, 0, 0),
        new Message.Heartbeat(0, 1, 3, 0, 0),
        new Message.Heartbeat(1, 1, 3, 0, 0),
        new Message.Heartbeat(2, 5, 3, 0, 0),
        new Message.Heartbeat(3, 1, 3, 0, 0),
        append(3, 2, entry(3, 5)),
        append(3, 2, entry(3, 4), entry(2, 5)),
        append(3, 2, entry(4, 4)),
        append(3, 2, entry(1, 4)),
        append(-1, 0),
        append(0, 2),
        append(2, 0),
        append(HUGE, 2),
        append(1, 1, entry(3, 2)),
        append(2, 2),
        new Message.AppendRequest(2, 1, 9, 0, 0, List.of(entry(5, 1)), 0),
        new Message.VoteRequest(3, 1, 4, 9, 4, false, false),
        new Message.VoteRequest(3, 1, 4, 0, 2, false, false),
        new Message.InstallSnapshot(2, 1, 3, new SnapshotMetadata(9, 4, VOTERS)),
        new Message.InstallSnapshot(2, 1, 3, new SnapshotMetadata(0, 0, VOTERS)),
        new Message.InstallSnapshot(2, 1, 3, new SnapshotMetadata(9, 3, ConfState.EMPTY)),
        new Message.ReadIndexResponse(2, 1, 3, -5, 1),
        new Message.ForwardedProposal(2, 1, List.of()));
  }

  @ParameterizedTest
  @MethodSource("toAFollower")
  void isRefusedByAFollower(Message message) {
    refused(follower(), message);
  }

  static Stream<Message> toALeader() {
    return Stream.of(
        new Message.AppendResponse(2, 1, 1, 99, false, 0, 0),
        new Message.AppendResponse(2, 1, 1, HUGE, false, 0, 0),
        new Message.AppendResponse(2, 1, 1, 1, true, 2, 1),
        new Message.AppendResponse(2, 1, 1, 1, true, HUGE, 1),
        new Message.AppendResponse(2, 1, 1, 1, true, 0, 9),
        new Message.HeartbeatResponse(2, 1, 1, 7),
        new Message.HeartbeatResponse(2, 1, 1, -7),
        new Message.Heartbeat(2, 1, 1, 0, 0),
        new Message.AppendRequest(2, 1, 1, 0, 0, List.of(), 0));
  }

  @ParameterizedTest
  @MethodSource("toALeader")
  void isRefusedByALeader(Message message) {
    TestNetwork network = TestNetwork.of(3);
    network.elect(1);
    refused(network.get(1), message);
  }

  private static void refused(Member member, Message message) {
    Status before = member.raft.status();
    assertThatThrownBy(() -> member.raft.step(message)).isInstanceOf(InvalidMessageException.class);
    assertThat(member.raft.status()).isEqualTo(before);
    assertThat(member.raft.hasReady()).isFalse();
  }

  /** Random messages are either taken or refused, never anything else, and never undo a commit. */
  @Test
  void randomMessagesBreakNothing() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Member member = follower();
      for (int i = 0; i < 60; i++) {
        long commit = member.raft.status().commit();
        try {
          member.raft.step(random(random));
        } catch (InvalidMessageException e) {
          assertThat(e).hasMessageContaining("term");
        }
        while (member.raft.hasReady()) {
          Ready ready = member.raft.ready();
          member.log.append(ready.snapshot() == null ? ready.entries() : List.of());
          if (ready.snapshot() != null) {
            member.log.applySnapshot(ready.snapshot());
            member.log.append(ready.entries());
          }
          member.raft.appended(ready.sequence());
        }
        assertThat(member.raft.status().commit()).isGreaterThanOrEqualTo(commit);
      }
    }
  }

  private static Message random(SplittableRandom r) {
    long from = 2L + r.nextInt(3);
    long term = r.nextInt(8);
    long a = r.nextInt(7) - 1L;
    long b = r.nextInt(7) - 1L;
    boolean yes = r.nextBoolean();
    return switch (r.nextInt(12)) {
      case 0 -> new Message.AppendRequest(from, 1, term, a, b, List.of(entry(term, a + 1)), b);
      case 1 -> new Message.AppendResponse(from, 1, term, a, yes, b, b);
      case 2 -> new Message.VoteRequest(from, 1, term, a, b, yes, r.nextBoolean());
      case 3 -> new Message.VoteResponse(from, 1, term, r.nextBoolean(), yes);
      case 4 -> new Message.Heartbeat(from, 1, term, a, b);
      case 5 -> new Message.HeartbeatResponse(from, 1, term, a);
      case 6 -> new Message.InstallSnapshot(from, 1, term, new SnapshotMetadata(a, b, VOTERS));
      case 7 -> new Message.TimeoutNow(from, 1, term);
      case 8 -> new Message.ReadIndexRequest(from, 1, a);
      case 9 -> new Message.ReadIndexResponse(from, 1, term, a, b);
      case 10 -> new Message.ForwardedProposal(from, 1, List.of(entry(0, 0)));
      default -> new Message.TransferLeader(from, 1, term, a);
    };
  }
}
