package dev.keelson.storage.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/** The content of a file: as read now, as persisted, and the changes between the two in order. */
final class Inode {
  /** The unit that is written whole or not at all. */
  static final int SECTOR_BYTES = 512;

  /**
   * @param number its place in the order of all changes of the disk
   * @param at the position written to, or the new size for a truncation
   */
  @SuppressWarnings("ArrayRecordComponent")
  private record Change(long number, long at, byte[] data, boolean truncation) {}

  private final Bytes current = new Bytes();
  private final Bytes durable = new Bytes();
  private final List<Change> pending = new ArrayList<>();

  Inode() {}

  private Inode(Bytes content) {
    current.copyFrom(content);
    durable.copyFrom(content);
  }

  Bytes content() {
    return current;
  }

  /** For damage to what is on the disk already. */
  Bytes durableContent() {
    return durable;
  }

  void write(long number, long at, byte[] data) {
    pending.add(new Change(number, at, data, false));
    current.write(at, data, 0, data.length);
  }

  void truncate(long number, long size) {
    pending.add(new Change(number, size, new byte[0], true));
    current.truncate(size);
  }

  void persist() {
    for (Change change : pending) {
      apply(change, durable);
    }
    pending.clear();
  }

  /** A failed persist: the changes stay readable, and will never be written by a later one. */
  void forgetPending() {
    pending.clear();
  }

  /**
   * The file after a loss of power.
   *
   * @param end for {@link Survival#PREFIX}, the number of the change under way
   */
  Inode survivor(Survival survival, long end, RandomGenerator random) {
    Bytes content = new Bytes();
    content.copyFrom(durable);
    BitSet stale = new BitSet();
    for (Change change : pending) {
      switch (survival) {
        case NONE -> {}
        case ALL -> apply(change, content);
        case PREFIX -> {
          if (change.number < end) {
            apply(change, content);
          } else if (change.number == end && !change.truncation) {
            int sectors = sectorsOf(change);
            applySectors(change, content, 0, random.nextInt(sectors + 1));
          }
        }
        case RANDOM -> applyAtRandom(change, content, stale, random);
      }
    }
    return new Inode(content);
  }

  /** A sector that missed a change misses later ones too: it is written with all before it. */
  private static void applyAtRandom(
      Change change, Bytes content, BitSet stale, RandomGenerator random) {
    if (change.truncation) {
      if (random.nextBoolean()) {
        apply(change, content);
      }
      return;
    }
    int first = (int) (change.at / SECTOR_BYTES);
    for (int sector = sectorsOf(change) - 1; sector >= 0; sector--) {
      if (random.nextBoolean()) {
        stale.set(first + sector);
      }
      if (!stale.get(first + sector)) {
        applySectors(change, content, sector, sector + 1);
      }
    }
  }

  private static void apply(Change change, Bytes content) {
    if (change.truncation) {
      content.truncate(change.at);
    } else {
      content.write(change.at, change.data, 0, change.data.length);
    }
  }

  private static int sectorsOf(Change change) {
    long first = change.at / SECTOR_BYTES;
    long end = (change.at + change.data.length + SECTOR_BYTES - 1) / SECTOR_BYTES;
    return (int) (end - first);
  }

  /** Applies the part of the write in the sectors {@code [from, to)}, counted from its first. */
  private static void applySectors(Change change, Bytes content, int from, int to) {
    long base = change.at / SECTOR_BYTES * SECTOR_BYTES;
    long start = Math.max(change.at, base + (long) from * SECTOR_BYTES);
    long end = Math.min(change.at + change.data.length, base + (long) to * SECTOR_BYTES);
    if (start < end) {
      content.write(start, change.data, (int) (start - change.at), (int) (end - start));
    }
  }

  /** A growing array. */
  static final class Bytes {
    private byte[] array = new byte[0];
    private int size;

    int size() {
      return size;
    }

    byte[] array() {
      return array;
    }

    void write(long at, byte[] data, int offset, int length) {
      int end = Math.toIntExact(at + length);
      if (end > array.length) {
        array = Arrays.copyOf(array, Math.max(end, Math.min(2 * array.length, 1 << 28)));
      }
      System.arraycopy(data, offset, array, (int) at, length);
      size = Math.max(size, end);
    }

    void truncate(long newSize) {
      if (newSize < size) {
        Arrays.fill(array, (int) newSize, size, (byte) 0);
        size = (int) newSize;
      }
    }

    void copyFrom(Bytes other) {
      array = Arrays.copyOf(other.array, other.size);
      size = other.size;
    }
  }
}
