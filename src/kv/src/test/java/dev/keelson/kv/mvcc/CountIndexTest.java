package dev.keelson.kv.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.storage.backend.WriteBatch;
import dev.keelson.storage.backend.memory.MemoryKvBackend;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts per chunk against a sorted set, with chunks small enough to split and merge often. */
class CountIndexTest {
  private static final int SPLIT = 8;

  private final MemoryKvBackend backend = MemoryKvBackend.create(Families.ALL);
  private final NavigableSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
  private CountIndex index = new CountIndex(SPLIT);

  private void insert(byte[] key) {
    if (write(key)) {
      index.inserted(key);
    }
  }

  private void load(byte[] key) {
    if (write(key)) {
      index.loaded(key);
    }
  }

  private boolean write(byte[] key) {
    if (!keys.add(key)) {
      return false;
    }
    try (WriteBatch batch = backend.batch()) {
      batch.put(Families.CURRENT, key, new byte[0]);
      backend.write(batch);
    }
    return true;
  }

  private void delete(byte[] key) {
    if (keys.remove(key)) {
      try (WriteBatch batch = backend.batch()) {
        batch.delete(Families.CURRENT, key);
        backend.write(batch);
      }
      index.deleted(key);
    }
  }

  private long count(KeyRange range) {
    return index.freeze().count(backend, range);
  }

  private long expected(KeyRange range) {
    if (range.isEmpty()) {
      return 0;
    }
    byte[] to = range.to();
    return (to == null
            ? keys.tailSet(range.from(), true)
            : keys.subSet(range.from(), true, to, false))
        .size();
  }

  private static byte[] randomKey(Random random) {
    byte[] key = new byte[1 + random.nextInt(3)];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (random.nextInt(6) * 51);
    }
    return key;
  }

  private static KeyRange randomRange(Random random) {
    byte[] end =
        switch (random.nextInt(4)) {
          case 0 -> new byte[0];
          case 1 -> new byte[1];
          default -> randomKey(random);
        };
    return KeyRange.of(randomKey(random), end);
  }

  @Test
  void countsLikeASetThroughSplitsMergesRestartsAndRebuilds() {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      for (int step = 0; step < 400; step++) {
        boolean growing = step / 100 % 2 == 0;
        if (random.nextInt(5) < (growing ? 4 : 1)) {
          insert(randomKey(random));
        } else if (!keys.isEmpty()) {
          byte[] near = keys.ceiling(randomKey(random));
          delete(near == null ? keys.first() : near);
        }
        if (random.nextInt(4) == 0) {
          index.settle(backend);
        }
        if (random.nextInt(50) == 0) {
          CountIndex reopened = new CountIndex(SPLIT);
          assertThat(reopened.load(index.encode(step), step)).isTrue();
          index = reopened;
        }
        if (random.nextInt(50) == 0) {
          index.rebuild(backend);
        }
        KeyRange range = randomRange(random);
        assertThat(count(range)).as("seed %d step %d", seed, step).isEqualTo(expected(range));
      }
      assertThat(index.freeze().total()).isEqualTo(keys.size());
    }
  }

  /** Ascending keys, neighbours that change places, and no order at all. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 5_000})
  void aFilledStoreIsCountedInWhateverOrderItsKeysCome(int disorder) {
    Random random = new Random(disorder);
    for (int i = 0; i < 2_000; i++) {
      load(ByteBuffer.allocate(4).putInt(10_000 + i + random.nextInt(disorder + 1)).array());
      if (random.nextInt(10) == 0) {
        byte[] last = keys.last();
        delete(random.nextBoolean() ? last : keys.first());
        load(last); // the greatest key of all comes back, or is there
      }
    }
    index.settleAfterLoad(backend);
    assertThat(index.chunks()).isBetween(keys.size() / SPLIT, keys.size());
    for (int i = 0; i < 300; i++) {
      byte[] from = ByteBuffer.allocate(4).putInt(9_900 + random.nextInt(7_200)).array();
      byte[] to = ByteBuffer.allocate(4).putInt(9_900 + random.nextInt(7_200)).array();
      KeyRange range = new KeyRange(from, to, false);
      assertThat(count(range)).isEqualTo(expected(range));
    }
    assertThat(index.freeze().total()).isEqualTo(keys.size());
  }

  @Test
  void aFrozenCountDoesNotMove() {
    for (int i = 0; i < 5; i++) {
      insert(new byte[] {(byte) i});
    }
    KeyCounts frozen = index.freeze();
    try (var view = backend.snapshot()) {
      KeyRange open = KeyRange.of(new byte[] {2}, new byte[1]);
      assertThat(frozen.count(view, open)).isEqualTo(3);
      for (int i = 5; i < 100; i++) {
        insert(new byte[] {(byte) i});
      }
      index.settle(backend);
      for (int i = 0; i < 100; i++) {
        delete(new byte[] {(byte) i});
      }
      assertThat(frozen.total()).isEqualTo(5);
      assertThat(frozen.count(view, open)).isEqualTo(3);
    }
    assertThat(index.freeze().total()).isZero();
  }

  @Test
  void chunksAreSplitWhenTheyGrowAndMergedWhenTheyEmpty() {
    for (int i = 0; i < 200; i++) {
      insert(new byte[] {(byte) i});
    }
    index.settle(backend);
    assertThat(index.chunks()).isBetween(200 / SPLIT, 2 * 200 / SPLIT);
    for (int i = 199; i >= 0; i--) {
      delete(new byte[] {(byte) i});
    }
    assertThat(index.chunks()).isEqualTo(1);
  }

  @Test
  void aQueueThatMovesThroughTheKeySpaceKeepsFewChunks() {
    for (int end : new int[] {1, -1}) {
      for (int i = 0; i < 5_000; i++) {
        insert(ByteBuffer.allocate(4).putInt(100_000 + end * i).array());
        if (i >= 20) {
          delete(ByteBuffer.allocate(4).putInt(100_000 + end * (i - 20)).array());
        }
        index.settle(backend);
        assertThat(index.chunks()).isLessThanOrEqualTo(20);
      }
      for (byte[] key : keys.toArray(byte[][]::new)) {
        delete(key);
      }
    }
  }

  @Test
  void whatIsStoredForAnotherAppliedIndexIsNotTakenOver() {
    insert(new byte[] {1});
    CountIndex other = new CountIndex(SPLIT);
    assertThat(other.load(index.encode(7), 8)).isFalse();
    assertThat(other.load(null, 8)).isFalse();
    assertThat(other.load(index.encode(7), 7)).isTrue();
    assertThat(other.freeze().total()).isEqualTo(1);
  }

  @Test
  void deletingMoreThanThereIsIsNoticed() {
    assertThatThrownBy(() -> index.deleted(new byte[] {1}))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void countsTensOfThousandsOfKeysWithChunksOfTheUsualSize() {
    index = new CountIndex();
    NavigableMap<Integer, byte[]> encoded = new TreeMap<>();
    try (WriteBatch batch = backend.batch()) {
      for (int i = 0; i < 30_000; i++) {
        byte[] key = ByteBuffer.allocate(4).putInt(i * 3).array();
        encoded.put(i * 3, key);
        batch.put(Families.CURRENT, key, new byte[0]);
        index.inserted(key);
      }
      backend.write(batch);
    }
    index.settle(backend);
    assertThat(index.chunks()).isGreaterThan(7);
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(100_000);
      int to = random.nextInt(100_000);
      KeyRange range =
          new KeyRange(
              ByteBuffer.allocate(4).putInt(from).array(),
              ByteBuffer.allocate(4).putInt(to).array(),
              false);
      Map<Integer, byte[]> inside = from < to ? encoded.subMap(from, to) : Map.of();
      assertThat(count(range)).isEqualTo(inside.size());
    }
  }
}
