package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Ingestion;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are taken in together, the keys in one array and the values in one buffer outside of
 * the heap: as objects they would live just long enough to be copied by the garbage collector, all
 * of them, and then once more on their way to the backend. Filled by one thread, then read by any.
 */
final class LoadRun {
  private static final int KEY_BYTES_MIN = 4096;

  private final int capacity;
  private final RowList[] families = new RowList[Families.ALL.size()];
  private final Index current = new Index();
  private byte[] keys;
  private int keyBytes;
  private ByteBuffer values;

  /**
   * An empty run.
   *
   * @param capacity how many bytes it takes, unless a single row takes more
   */
  LoadRun(int capacity) {
    this.capacity = capacity;
    keys = new byte[KEY_BYTES_MIN];
    values = ByteBuffer.allocateDirect(capacity);
    Arrays.setAll(families, _ -> new RowList());
  }

  /** Whether there is room for so many bytes; an empty run makes room for any number. */
  boolean hasRoom(int keySize, int valueSize) {
    if (keyBytes == 0) {
      if (valueSize > values.capacity()) {
        values = ByteBuffer.allocateDirect(valueSize);
      }
      return true;
    }
    return valueSize <= values.remaining()
        && (long) keyBytes + keySize + values.position() + valueSize <= values.capacity();
  }

  /** Adds a row that is put; of several with one key the last counts. There must be room. */
  void put(Family family, byte[] key, byte[] value) {
    add(family, key, append(value), value.length);
  }

  /** Adds two rows that have one value, which takes its room once. */
  void put(Family one, byte[] oneKey, Family other, byte[] otherKey, byte[] value) {
    int at = append(value);
    add(one, oneKey, at, value.length);
    add(other, otherKey, at, value.length);
  }

  /** Adds a row that is deleted. */
  void delete(Family family, byte[] key) {
    add(family, key, 0, RowList.DELETED);
  }

  private void add(Family family, byte[] key, int value, int valueLength) {
    if (key.length > keys.length - keyBytes) {
      keys = Arrays.copyOf(keys, Math.max(2 * keys.length, keyBytes + key.length));
    }
    System.arraycopy(key, 0, keys, keyBytes, key.length);
    RowList rows = families[family.ordinal()];
    rows.add(keyBytes, key.length, value, valueLength);
    keyBytes += key.length;
    if (family.equals(Families.CURRENT)) {
      current.put(key, rows.count - 1);
    }
  }

  private int append(byte[] value) {
    int at = values.position();
    values.put(value);
    return at;
  }

  /** Which row of {@link Families#CURRENT} is the newest with a key; negative for none. */
  int find(byte[] key) {
    return current.find(key);
  }

  /** The value of a row of {@link Families#CURRENT}; null for a deletion. */
  byte @Nullable [] value(int row) {
    RowList rows = families[Families.CURRENT.ordinal()];
    if (rows.isDeletion(row)) {
      return null;
    }
    byte[] value = new byte[rows.valueLength(row)];
    values.get(rows.value(row), value);
    return value;
  }

  /** Whether rows of a family are here. */
  boolean has(Family family) {
    return families[family.ordinal()].count > 0;
  }

  /** Hands the rows of a family over by ascending key. */
  void give(Family family, Ingestion ingestion) {
    families[family.ordinal()].give(ingestion);
  }

  /** Makes it empty. */
  void clear() {
    if (values.capacity() != capacity) {
      values = ByteBuffer.allocateDirect(capacity);
    }
    values.clear();
    keyBytes = 0;
    for (RowList each : families) {
      each.clear();
    }
    current.clear();
  }

  /** The rows of a family in the order of arrival, which often is that of their keys. */
  private final class RowList {
    static final int DELETED = -1;
    private static final int ROWS_MIN = 1024;
    private static final int FIELDS = 4;

    private int[] rows = new int[FIELDS * ROWS_MIN];
    private int count;
    private boolean ascending = true;

    void add(int key, int keyLength, int value, int valueLength) {
      int at = FIELDS * count;
      if (at == rows.length) {
        rows = Arrays.copyOf(rows, 2 * at);
      }
      rows[at] = key;
      rows[at + 1] = keyLength;
      rows[at + 2] = value;
      rows[at + 3] = valueLength;
      ascending &= count == 0 || compareKeys(count - 1, count) < 0;
      count++;
    }

    private int key(int row) {
      return rows[FIELDS * row];
    }

    private int keyLength(int row) {
      return rows[FIELDS * row + 1];
    }

    int value(int row) {
      return rows[FIELDS * row + 2];
    }

    int valueLength(int row) {
      return rows[FIELDS * row + 3];
    }

    boolean isDeletion(int row) {
      return valueLength(row) == DELETED;
    }

    private int compareKeys(int left, int right) {
      return Arrays.compareUnsigned(
          keys,
          key(left),
          key(left) + keyLength(left),
          keys,
          key(right),
          key(right) + keyLength(right));
    }

    void give(Ingestion ingestion) {
      ByteBuffer shared = values.duplicate();
      if (ascending) {
        for (int row = 0; row < count; row++) {
          give(row, shared, ingestion);
        }
        return;
      }
      Integer[] sorted = new Integer[count];
      Arrays.setAll(sorted, row -> row);
      Arrays.sort(sorted, this::compareKeys);
      for (int i = 0; i < count; i++) {
        // the sort is stable: the last of equal keys came last
        if (i + 1 == count || compareKeys(sorted[i], sorted[i + 1]) != 0) {
          give(sorted[i], shared, ingestion);
        }
      }
    }

    private void give(int row, ByteBuffer shared, Ingestion ingestion) {
      if (isDeletion(row)) {
        ingestion.delete(keys, key(row), keyLength(row));
      } else {
        shared.limit(value(row) + valueLength(row)).position(value(row));
        ingestion.put(keys, key(row), keyLength(row), shared);
      }
    }

    void clear() {
      count = 0;
      ascending = true;
    }
  }

  /** Finds rows of {@link Families#CURRENT} by key: open addressing, at most half full. */
  private final class Index {
    private static final int NONE = -1;

    private int[] slots = empty(1 << 11);
    private int[] hashes = new int[slots.length];
    private int count;

    private static int[] empty(int size) {
      int[] slots = new int[size];
      Arrays.fill(slots, NONE);
      return slots;
    }

    int find(byte[] key) {
      return slots[slot(key, hash(key))];
    }

    private static int hash(byte[] key) {
      int hash = Arrays.hashCode(key) * 0x9e3779b1;
      return hash ^ (hash >>> 15);
    }

    /** Where a key is, or could be put. */
    private int slot(byte[] key, int hash) {
      int slot = hash & (slots.length - 1);
      while (slots[slot] != NONE && !(hashes[slot] == hash && isKey(slots[slot], key))) {
        slot = (slot + 1) & (slots.length - 1);
      }
      return slot;
    }

    private boolean isKey(int row, byte[] key) {
      RowList rows = families[Families.CURRENT.ordinal()];
      int from = rows.key(row);
      return Arrays.equals(keys, from, from + rows.keyLength(row), key, 0, key.length);
    }

    void put(byte[] key, int row) {
      int hash = hash(key);
      int slot = slot(key, hash);
      boolean fresh = slots[slot] == NONE;
      slots[slot] = row;
      hashes[slot] = hash;
      if (fresh && 2 * ++count > slots.length) {
        grow();
      }
    }

    private void grow() {
      int[] oldSlots = slots;
      int[] oldHashes = hashes;
      slots = empty(2 * oldSlots.length);
      hashes = new int[slots.length];
      for (int i = 0; i < oldSlots.length; i++) {
        if (oldSlots[i] != NONE) {
          int slot = oldHashes[i] & (slots.length - 1);
          while (slots[slot] != NONE) {
            slot = (slot + 1) & (slots.length - 1);
          }
          slots[slot] = oldSlots[i];
          hashes[slot] = oldHashes[i];
        }
      }
    }

    void clear() {
      Arrays.fill(slots, NONE);
      count = 0;
    }
  }
}
