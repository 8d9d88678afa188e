package dev.keelson.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** The log against a plain list of terms. */
final class MemoryLogTest {
  private static Entry entry(long term, long index) {
    return new Entry(term, index, EntryType.NORMAL, new byte[(int) (index % 7)]);
  }

  @Property(tries = 300)
  void doesWhatAListDoes(
      @ForAll @Size(max = 80) List<@IntRange(max = 299) Integer> script,
      @ForAll @IntRange(max = 200) int maxBytes) {
    MemoryLog log = new MemoryLog();
    List<Long> terms = new ArrayList<>(List.of(0L));
    int first = 1;
    long term = 1;
    for (int code : script) {
      int last = terms.size() - 1;
      if (code < 200) {
        int from = Math.max(first, last + 1 - code % 5);
        term += code % 3 == 0 ? 1 : 0;
        List<Entry> entries = new ArrayList<>();
        terms.subList(from, terms.size()).clear();
        for (int i = 0; i < 1 + code % 40; i++) {
          entries.add(entry(term, from + i));
          terms.add(term);
        }
        log.append(entries);
      } else if (code < 290) {
        int index = first + (last - first) * (code - 200) / 90;
        if (index >= first && index <= last) {
          log.compact(index);
          first = index + 1;
        }
      } else {
        log.applySnapshot(new SnapshotMetadata(last + 5L, term, ConfState.ofVoters(1L)));
        while (terms.size() <= last + 5) {
          terms.add(term);
        }
        first = last + 6;
      }
      check(log, terms, first, maxBytes);
    }
  }

  private static void check(MemoryLog log, List<Long> terms, int first, int maxBytes) {
    int last = terms.size() - 1;
    assertThat(log.firstIndex()).isEqualTo(first);
    assertThat(log.lastIndex()).isEqualTo(last);
    for (int index = first - 1; index <= last; index++) {
      assertThat(log.term(index)).isEqualTo(terms.get(index));
    }
    if (first <= last) {
      List<Entry> entries = log.entries(first, last + 1L, maxBytes);
      long bytes = 0;
      for (int i = 0; i < entries.size(); i++) {
        assertThat(entries.get(i).index()).isEqualTo(first + i);
        bytes += entries.get(i).sizeBytes();
      }
      assertThat(entries).isNotEmpty();
      assertThat(entries.size() == 1 || bytes <= maxBytes).isTrue();
      boolean cut = first + entries.size() <= last;
      assertThat(!cut || bytes + entry(1, first + entries.size()).sizeBytes() > maxBytes).isTrue();
    }
  }

  @Test
  void aSliceStaysAsItIs() {
    MemoryLog log = new MemoryLog();
    log.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3)));
    List<Entry> slice = log.entries(1, 4, Long.MAX_VALUE);
    log.append(List.of(entry(2, 2)));
    log.compact(2);
    assertThat(slice).extracting(Entry::term).containsExactly(1L, 1L, 1L);
  }

  @Test
  void whatIsNotThereIsSaidSo() {
    MemoryLog log = new MemoryLog();
    log.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3)));
    log.compact(2);
    assertThat(log.term(2)).isEqualTo(1);
    assertThatThrownBy(() -> log.term(1)).isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> log.entries(2, 4, 100)).isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> log.append(List.of(entry(1, 2))))
        .isInstanceOf(CompactedException.class);
    assertThatThrownBy(() -> log.term(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.entries(3, 5, 100)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.compact(4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> log.append(List.of(entry(1, 5))))
        .isInstanceOf(IllegalStateException.class);
  }
}
