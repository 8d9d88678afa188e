package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.confchange.ConfState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a disk may hold after a loss of power, and what becomes of it. */
final class RestartTest {
  private final TestNetwork network = new TestNetwork();

  /** A member of three with pre-vote whose log has entries up to {@code last}, all of a term. */
  private void add(long id, HardState hardState, long last, long term) {
    MemoryLog log = new MemoryLog(ConfState.ofVoters(1L, 2L, 3L));
    for (long index = 1; index <= last; index++) {
      log.append(List.of(new Entry(term, index, EntryType.NORMAL, "x".getBytes(UTF_8))));
    }
    log.setHardState(hardState);
    network.add(RaftConfig.builder(id).preVote(true).checkQuorum(true), log);
  }

  /**
   * A batch lies on the disk as entries and, behind them, the hard state; of a torn one the entries
   * alone may be left. The term asked for is then no newer than the log's: nobody answers that.
   */
  @Test
  void aMemberWhoseTermIsBehindItsLogCanBeElected() {
    add(1, new HardState(5, 2, 0), 100, 7);
    add(2, new HardState(7, 0, 0), 90, 7);

    network.elect(1);

    assertThat(network.raft(1).status().term()).isEqualTo(8);
    assertThat(network.raft(2).status().leader()).isEqualTo(1);
  }

  @Test
  void aTermThatOnlyTheLogTellsIsEnteredWithoutAVote() {
    add(1, new HardState(5, 2, 0), 3, 7);
    Member member = network.get(1);

    assertThat(member.raft.status().term()).isEqualTo(7);
    assertThat(member.raft.status().vote()).isZero();
    Ready ready = member.takeReady();
    assertThat(ready.hardState()).isEqualTo(new HardState(7, 0, 0));
    assertThat(ready.mustSync()).isTrue();
  }
}
