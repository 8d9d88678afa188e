package dev.keelson.node.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeLogTest {
  private static final ConfState ALONE = ConfState.ofVoters(1L);

  private final WholeLog durable = new WholeLog();

  /** A log on disk that never deletes; what the node's log has must agree with it. */
  private static final class WholeLog implements DurableLog {
    private final List<Entry> entries = new ArrayList<>();

    @Override
    public void appendAndSync(@Nullable HardState hardState, List<Entry> added) {
      entries.subList((int) added.getFirst().index() - 1, entries.size()).clear();
      entries.addAll(added);
    }

    @Override
    public long firstIndex() {
      return 1;
    }

    @Override
    public long term(long index) {
      return entries.get((int) index - 1).term();
    }

    @Override
    public List<Entry> read(long from, long to, long maxBytes) {
      return List.copyOf(entries.subList((int) from - 1, (int) to - 1));
    }

    @Override
    public void markSnapshot(long index, long term, ConfState confState) {}

    @Override
    public void install(SnapshotMetadata snapshot, @Nullable HardState hardState) {}

    @Override
    public void releaseBefore(long index) {}

    @Override
    public void close() {}
  }

  private static List<Entry> entries(long term, long first, int count, Random random) {
    List<Entry> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made.add(new Entry(term, first + i, EntryType.NORMAL, new byte[random.nextInt(100)]));
    }
    return made;
  }

  private void append(NodeLog log, List<Entry> added) {
    durable.appendAndSync(null, added);
    log.append(added);
  }

  /** What a member that was away finds: its newest entries, never committed, are replaced. */
  @Test
  void aTailIsReplacedAfterTheFloorRoseWithinWhatWasAppendedAtOnce() {
    Random random = new Random(1);
    List<Entry> found = entries(1, 1, 150, random);
    durable.entries.addAll(found);
    MemoryLog recent = new MemoryLog(ALONE);
    recent.append(found);
    NodeLog log = new NodeLog(recent, durable, 1000, 1 << 20);
    log.applied(141, 1, ALONE);
    log.release(78);
    log.applied(142, 1, ALONE);

    append(log, entries(2, 145, 3, random));

    assertThat(log.lastIndex()).isEqualTo(147);
    assertThat(log.term(144)).isEqualTo(1);
    assertThat(log.term(145)).isEqualTo(2);
    assertThat(log.firstIndex()).isEqualTo(78);
    agrees(log, recent);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsReadIsWhatWasAppendedWhateverIsTrimmedReleasedOrReplaced(long seed) {
    Random random = new Random(seed);
    MemoryLog recent = new MemoryLog(ALONE);
    NodeLog log = new NodeLog(recent, durable, 1 + random.nextInt(60), 1 + random.nextInt(4000));
    long term = 1;
    long applied = 0;
    for (int step = 0; step < 2000; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 ->
            append(log, entries(term, log.lastIndex() + 1, 1 + random.nextInt(20), random));
        case 2 -> {
          if (log.lastIndex() > applied) {
            term++;
            long from = applied + 1 + random.nextLong(log.lastIndex() - applied);
            append(log, entries(term, from, 1 + random.nextInt(5), random));
          }
        }
        default -> {
          if (log.lastIndex() > applied) {
            applied += 1 + random.nextLong(log.lastIndex() - applied);
            log.applied(applied, log.term(applied), ALONE);
            log.release(applied - random.nextInt(80));
          }
        }
      }
      agrees(log, recent);
    }
  }

  private void agrees(NodeLog log, MemoryLog recent) {
    assertThat(log.lastIndex()).isEqualTo(durable.entries.size());
    List<Entry> inMemory =
        recent.entries(recent.firstIndex(), recent.lastIndex() + 1, Long.MAX_VALUE);
    assertThat(log.bytesInMemory()).isEqualTo(inMemory.stream().mapToLong(Entry::sizeBytes).sum());
    List<Entry> read = new ArrayList<>();
    for (long next = log.firstIndex(); next <= log.lastIndex(); ) {
      read.addAll(log.entries(next, log.lastIndex() + 1, Long.MAX_VALUE));
      next = read.getLast().index() + 1;
    }
    assertThat(read)
        .isEqualTo(durable.entries.subList((int) log.firstIndex() - 1, durable.entries.size()));
    if (log.firstIndex() > 1) {
      assertThat(log.term(log.firstIndex() - 1)).isEqualTo(durable.term(log.firstIndex() - 1));
    }
  }
}
