package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import dev.keelson.storage.disk.Disk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The entries of a log as they lie in its segments. One thread changes them, others may read;
 * reading a segment is done outside of the lock, so one may be released meanwhile.
 */
final class WalEntries {
  private static final int MIN_READ_BYTES = 4 << 10;
  private static final int MAX_READ_BYTES = 128 << 10;

  private final Disk disk;
  private final String directory;
  private final WalHealth health;
  private final TreeMap<Long, Segment> segments = new TreeMap<>(); // guarded by this
  private final EntryIndex index; // guarded by this

  WalEntries(
      Disk disk, String directory, WalHealth health, List<Segment> segments, EntryIndex index) {
    this.disk = disk;
    this.directory = directory;
    this.health = health;
    this.index = index;
    segments.forEach(segment -> this.segments.put(segment.sequence(), segment));
  }

  synchronized long first() {
    return index.first();
  }

  synchronized long last() {
    return index.last();
  }

  synchronized long termOf(long at) {
    return index.termOf(at);
  }

  /** Entries were written; each replaces one of the same index and all after it. */
  synchronized void written(List<Entry> entries, Segment segment, int[] positions) {
    for (int i = 0; i < positions.length; i++) {
      Entry entry = entries.get(i);
      index.put(entry.index(), entry.term(), segment.sequence(), positions[i]);
      segment.holds(entry.index());
    }
  }

  synchronized void begun(Segment segment) {
    segments.put(segment.sequence(), segment);
  }

  synchronized void apply(SnapshotMarker marker) {
    apply(index, marker);
  }

  /** What a marker does to the entries before it; true if it voids them all. */
  static boolean apply(EntryIndex index, SnapshotMarker marker) {
    boolean voided = voids(index, marker);
    if (voided) {
      index.restartAt(marker.index() + 1);
    }
    return voided;
  }

  private static boolean voids(EntryIndex index, SnapshotMarker marker) {
    long at = marker.index();
    return index.contains(at) ? index.termOf(at) != marker.term() : at >= index.first();
  }

  /** The last index once the marker is applied. */
  synchronized long lastBehind(SnapshotMarker marker) {
    return voids(index, marker) ? marker.index() : index.last();
  }

  /**
   * Refuses entries that do not follow one another, or what is there.
   *
   * @throws IllegalArgumentException naming the entry
   */
  synchronized void requireConsecutive(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    long at = entries.getFirst().index();
    if (at < index.first() || at > index.last() + 1) {
      throw new IllegalArgumentException(
          "entry " + at + " does not fit the log of " + index.first() + " to " + index.last());
    }
    for (Entry entry : entries) {
      if (entry.index() != at) {
        throw new IllegalArgumentException("entry " + entry.index() + " instead of " + at);
      }
      at++;
    }
  }

  /**
   * Deletes the segments all of whose entries are below {@code before}.
   *
   * @param active is kept in any case
   */
  void releaseBefore(long before, Segment active) {
    while (true) {
      Segment oldest;
      synchronized (this) {
        oldest = segments.firstEntry().getValue();
        if (oldest == active || oldest.maxIndex() >= before) {
          return;
        }
        segments.remove(oldest.sequence());
        long kept = index.first();
        while (index.contains(kept) && index.segmentOf(kept) == oldest.sequence()) {
          kept++;
        }
        index.releaseBefore(kept);
      }
      try {
        oldest.release();
        disk.delete(oldest.path);
        // One by one: a gap in the middle would look like a lost segment.
        disk.persistDirectory(directory);
      } catch (IOException e) {
        throw health.fail("cannot delete " + oldest.path, e);
      }
    }
  }

  /** See {@link Wal#readEntries}. */
  List<Entry> read(long from, long to, long maxBytes) {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    Segment segment = null;
    SegmentReader reader = null;
    for (long at = from; at < to; at++) {
      int offset;
      synchronized (this) {
        health.requireUsable();
        Segment holder = segments.get(index.segmentOf(at));
        offset = index.positionOf(at);
        if (holder == null) {
          throw new IllegalStateException("entry " + at + " in a segment that is gone");
        }
        if (holder != segment || reader == null) {
          segment = holder;
          reader = holder.reader(Math.clamp(maxBytes, MIN_READ_BYTES, MAX_READ_BYTES));
        }
      }
      Entry entry = read(segment, reader, offset, at);
      bytes += entry.sizeBytes();
      if (bytes > maxBytes && !entries.isEmpty()) {
        return entries;
      }
      entries.add(entry);
    }
    return entries;
  }

  private Entry read(Segment segment, SegmentReader reader, int offset, long at) {
    try {
      return segment.readEntry(reader, offset, at);
    } catch (WalCorruptException e) {
      throw health.fail(e);
    } catch (IOException e) {
      if (segment.isReleased()) {
        throw new IllegalArgumentException("entry " + at + " was released", e);
      }
      throw health.fail("cannot read " + segment.path, e);
    }
  }

  /** The segments that are there, oldest first. */
  synchronized List<Segment> segments() {
    return List.copyOf(segments.values());
  }
}
