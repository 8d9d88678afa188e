package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.RowSink;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are taken in together, in one array: as objects they would live just long enough to be
 * copied by the garbage collector, all of them. Filled by one thread, then read by any.
 *
 * <p>A row is its key's length, its value's ({@value #DELETED} for a deletion), and the two.
 */
final class LoadRun {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private static final int HEADER_BYTES = 2 * Integer.BYTES;
  private static final int DELETED = -1;
  private static final int ROWS_MIN = 1024;

  private final int capacity;
  private final RowList[] families = new RowList[Families.ALL.size()];
  private final Index current = new Index();
  private byte[] rows;
  private int used;

  /**
   * An empty run.
   *
   * @param capacity how many bytes it takes, unless a single row takes more
   */
  LoadRun(int capacity) {
    this.capacity = capacity;
    rows = new byte[capacity];
    Arrays.setAll(families, _ -> new RowList());
  }

  /**
   * Adds a row; of several with one key the last counts.
   *
   * @param value null for a deletion
   * @return false if there is no room
   */
  boolean add(Family family, byte[] key, byte @Nullable [] value) {
    int size = HEADER_BYTES + key.length + (value == null ? 0 : value.length);
    if (size > rows.length - used) {
      if (used > 0) {
        return false;
      }
      rows = new byte[size];
    }
    int row = used;
    used += size;
    INT.set(rows, row, key.length);
    INT.set(rows, row + Integer.BYTES, value == null ? DELETED : value.length);
    System.arraycopy(key, 0, rows, row + HEADER_BYTES, key.length);
    if (value != null) {
      System.arraycopy(value, 0, rows, row + HEADER_BYTES + key.length, value.length);
    }
    families[family.ordinal()].add(row);
    if (family.equals(Families.CURRENT)) {
      current.put(row);
    }
    return true;
  }

  /** Where the newest row of {@link Families#CURRENT} with a key is; negative for nowhere. */
  int find(byte[] key) {
    return current.find(key, 0, key.length);
  }

  /** The value of a row; null for a deletion. */
  byte @Nullable [] value(int row) {
    int length = (int) INT.get(rows, row + Integer.BYTES);
    int from = keyEnd(row);
    return length == DELETED ? null : Arrays.copyOfRange(rows, from, from + length);
  }

  /** Hands the rows over, family by family. */
  void takeIn(KvBackend backend) {
    for (Family family : Families.ALL) {
      RowList list = families[family.ordinal()];
      if (list.count > 0) {
        backend.ingest(family, list::giveTo);
      }
    }
  }

  /** Makes it empty. */
  void clear() {
    if (rows.length != capacity) {
      rows = new byte[capacity];
    }
    used = 0;
    for (RowList each : families) {
      each.clear();
    }
    current.clear();
  }

  private int keyEnd(int row) {
    return row + HEADER_BYTES + (int) INT.get(rows, row);
  }

  private int compareKeys(int left, int right) {
    return Arrays.compareUnsigned(
        rows, left + HEADER_BYTES, keyEnd(left), rows, right + HEADER_BYTES, keyEnd(right));
  }

  /** The rows of a family in the order of arrival, which often is that of their keys. */
  private final class RowList {
    private int[] at = new int[ROWS_MIN];
    private int count;
    private boolean ascending = true;

    void add(int row) {
      if (count == at.length) {
        at = Arrays.copyOf(at, 2 * count);
      }
      ascending &= count == 0 || compareKeys(at[count - 1], row) < 0;
      at[count++] = row;
    }

    void giveTo(RowSink sink) {
      if (ascending) {
        for (int i = 0; i < count; i++) {
          give(at[i], sink);
        }
        return;
      }
      Integer[] sorted = new Integer[count];
      Arrays.setAll(sorted, i -> at[i]);
      Arrays.sort(sorted, LoadRun.this::compareKeys);
      for (int i = 0; i < count; i++) {
        // the sort is stable: the last of equal keys came last
        if (i + 1 == count || compareKeys(sorted[i], sorted[i + 1]) != 0) {
          give(sorted[i], sink);
        }
      }
    }

    private void give(int row, RowSink sink) {
      byte[] key = Arrays.copyOfRange(rows, row + HEADER_BYTES, keyEnd(row));
      byte[] value = value(row);
      if (value == null) {
        sink.delete(key);
      } else {
        sink.put(key, value);
      }
    }

    void clear() {
      count = 0;
      ascending = true;
    }
  }

  /** Finds rows by their keys: open addressing, at most half full. */
  private final class Index {
    private int[] slots = empty(2 * ROWS_MIN);
    private int count;

    private static int[] empty(int size) {
      int[] slots = new int[size];
      Arrays.fill(slots, -1);
      return slots;
    }

    int find(byte[] key, int from, int to) {
      return slots[slot(key, from, to)];
    }

    /** Where a key is, or could be put. */
    private int slot(byte[] key, int from, int to) {
      int slot = hash(key, from, to) & (slots.length - 1);
      while (slots[slot] >= 0 && !isKey(slots[slot], key, from, to)) {
        slot = (slot + 1) & (slots.length - 1);
      }
      return slot;
    }

    private boolean isKey(int row, byte[] key, int from, int to) {
      return Arrays.equals(rows, row + HEADER_BYTES, keyEnd(row), key, from, to);
    }

    private static int hash(byte[] key, int from, int to) {
      int hash = 0;
      for (int i = from; i < to; i++) {
        hash = 31 * hash + key[i];
      }
      return hash ^ (hash >>> 15);
    }

    void put(int row) {
      int slot = slot(rows, row + HEADER_BYTES, keyEnd(row));
      boolean fresh = slots[slot] < 0;
      slots[slot] = row;
      if (fresh && 2 * ++count > slots.length) {
        int[] old = slots;
        slots = empty(2 * old.length);
        for (int each : old) {
          if (each >= 0) {
            slots[slot(rows, each + HEADER_BYTES, keyEnd(each))] = each;
          }
        }
      }
    }

    void clear() {
      Arrays.fill(slots, -1);
      count = 0;
    }
  }
}
