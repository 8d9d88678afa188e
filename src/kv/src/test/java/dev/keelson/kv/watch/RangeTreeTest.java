package dev.keelson.kv.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The interval tree against a list that is searched from end to end. */
class RangeTreeTest {
  @SuppressWarnings("ArrayRecordComponent")
  private record Interval(byte[] start, byte @Nullable [] end) {
    boolean contains(byte[] key) {
      return Arrays.compareUnsigned(start, key) <= 0
          && (end == null || Arrays.compareUnsigned(key, end) < 0);
    }

    boolean same(Interval other) {
      return Arrays.equals(start, other.start) && Arrays.equals(end, other.end);
    }
  }

  @Test
  void findsWhatTheListFindsThroughInsertionsAndRemovals() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      RangeTree tree = new RangeTree();
      List<Interval> list = new ArrayList<>();
      for (int step = 0; step < 400; step++) {
        Interval interval = new Interval(key(random), random.nextInt(8) == 0 ? null : key(random));
        boolean known = list.stream().anyMatch(interval::same);
        if (random.nextInt(3) > 0) {
          RangeGroups groups = tree.obtain(interval.start(), interval.end());
          assertThat(tree.find(interval.start(), interval.end())).isSameAs(groups);
          if (!known) {
            list.add(interval);
          }
        } else if (!list.isEmpty()) {
          Interval gone = list.remove(random.nextInt(list.size()));
          tree.remove(gone.start(), gone.end());
          assertThat(tree.find(gone.start(), gone.end())).isNull();
        }
        assertSameMatches(tree, list, key(random));
      }
    }
  }

  private static void assertSameMatches(RangeTree tree, List<Interval> list, byte[] key) {
    Set<RangeGroups> found = new HashSet<>();
    tree.stab(key, groups -> assertThat(found.add(groups)).isTrue());
    Set<RangeGroups> expected = new HashSet<>();
    for (Interval each : list) {
      if (each.contains(key)) {
        RangeGroups groups = tree.find(each.start(), each.end());
        assertThat(groups).isNotNull();
        if (groups != null) {
          expected.add(groups);
        }
      }
    }
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void staysBalancedForPrefixesInOrder() {
    RangeTree tree = new RangeTree();
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      tree.obtain(number(i), number(i + 1));
    }
    List<RangeGroups> found = new ArrayList<>();
    tree.stab(number(77_777), found::add);
    assertThat(found).hasSize(1);
    for (int i = 0; i < count; i++) {
      tree.remove(number(i), number(i + 1));
    }
    tree.forEach(groups -> assertThat(groups).isNull());
  }

  private static byte[] key(Random random) {
    byte[] key = new byte[1 + random.nextInt(2)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(6) * 50);
    }
    return key;
  }

  private static byte[] number(int value) {
    return "%08d".formatted(value).getBytes(UTF_8);
  }
}
