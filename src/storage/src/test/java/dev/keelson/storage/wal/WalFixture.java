package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.storage.disk.Disk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Short names for what the tests of the log need. */
final class WalFixture {
  static final String DIRECTORY = "wal";
  static final WalMetadata METADATA = new WalMetadata(0xc1, 0xab);
  static final WalOptions SMALL = new WalOptions(8 << 10, 4 << 10);
  static final WalOptions LARGE = new WalOptions(128 << 10, 128 << 10);

  private WalFixture() {}

  static Wal newLog(Disk disk, WalOptions options) {
    return Wal.create(disk, DIRECTORY, METADATA, options, Runnable::run);
  }

  static Wal.Opened openLog(Disk disk, WalOptions options) {
    return Wal.open(disk, DIRECTORY, METADATA, options, Runnable::run);
  }

  /** What a new process finds; the log is closed again. */
  static WalState stateOf(Disk disk) {
    Wal.Opened opened = openLog(disk, SMALL);
    opened.wal().close();
    return opened.state();
  }

  /** An entry whose data follows from its term and index and holds no zero byte. */
  static Entry entry(long term, long index, int size) {
    byte[] data = new byte[size];
    new Random(term * 31 + index).nextBytes(data);
    for (int i = 0; i < size; i++) {
      data[i] |= 1;
    }
    return new Entry(term, index, EntryType.NORMAL, data);
  }

  static List<Entry> entries(long term, long from, long to, int size) {
    List<Entry> entries = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      entries.add(entry(term, index, size));
    }
    return entries;
  }

  static boolean same(Entry a, Entry b) {
    return a.term() == b.term()
        && a.index() == b.index()
        && a.type() == b.type()
        && Arrays.equals(a.data(), b.data());
  }

  /** Index and term of each entry whose data is right, as {@code term/index}. */
  static List<String> names(List<Entry> entries) {
    List<String> names = new ArrayList<>();
    for (Entry entry : entries) {
      boolean right = same(entry, entry(entry.term(), entry.index(), entry.data().length));
      names.add((right ? "" : "wrong ") + entry.term() + "/" + entry.index());
    }
    return names;
  }
}
