package dev.keelson.kv.watch;

import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.kv.mvcc.RevisionEvents;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The most recent revisions, contiguous, bounded by bytes; the oldest make room for the newest.
 *
 * <p>Its lock is held for pointer operations only, so the apply thread waits for no I/O, no
 * encoding and no watcher.
 */
final class EventRing {
  private static final int INITIAL_SLOTS = 1024;
  private static final long IDLE_BYTES = 256 << 10;

  private final long capacityBytes;
  private @Nullable RevisionEvents[] slots = new RevisionEvents[INITIAL_SLOTS];
  private int head;
  private int size;
  private long bytes;

  /** The newest revision published. The ring holds exactly {@code (last - size, last]}. */
  private volatile long last;

  EventRing(long capacityBytes, long last) {
    this.capacityBytes = capacityBytes;
    this.last = last;
  }

  /** The newest revision published; everything up to it is visible in the event log. */
  long last() {
    return last;
  }

  /**
   * Adds revisions at the head.
   *
   * @param idle whether nobody watches: then little is kept, because what nobody will read only
   *     costs the garbage collector
   * @throws IllegalStateException when a revision does not follow its predecessor
   */
  synchronized void append(List<RevisionEvents> revisions, boolean idle) {
    long keepBytes = idle ? Math.min(capacityBytes, IDLE_BYTES) : capacityBytes;
    for (RevisionEvents each : revisions) {
      if (each.revision() != last + 1) {
        throw new IllegalStateException(
            "watch ring: published revision " + each.revision() + " after " + last);
      }
      if (each.events().isEmpty()) {
        // too large to be kept, and what is before it cannot be reached without it
        restart(each.revision());
        continue;
      }
      if (size == slots.length) {
        grow();
      }
      slots[(head + size) & (slots.length - 1)] = each;
      size++;
      bytes += each.sizeBytes();
      last = each.revision();
      while (bytes > keepBytes && size > 1) {
        evictOldest();
      }
    }
  }

  /** Forgets everything; the next revision appended is {@code newLast + 1}. */
  synchronized void restart(long newLast) {
    slots = new RevisionEvents[INITIAL_SLOTS];
    head = 0;
    size = 0;
    bytes = 0;
    last = newLast;
  }

  /**
   * Revisions from {@code from} on: at most {@code maxRevisions}, stopping after the one that
   * reaches {@code maxBytes}. Empty past the head; null when the ring no longer has {@code from}.
   */
  synchronized @Nullable List<RevisionEvents> read(long from, int maxRevisions, long maxBytes) {
    long first = last - size + 1;
    if (from < first) {
      return null;
    }
    List<RevisionEvents> result = new ArrayList<>();
    long total = 0;
    for (long revision = from;
        revision <= last && result.size() < maxRevisions && total < maxBytes;
        revision++) {
      RevisionEvents each = at(revision - first);
      result.add(each);
      total += each.sizeBytes();
    }
    return result;
  }

  /** The row put at {@code revision}, or null when the ring does not have it. */
  synchronized byte @Nullable [] keyValueAt(Revision revision) {
    long first = last - size + 1;
    if (revision.main() < first || revision.main() > last) {
      return null;
    }
    List<Event> events = at(revision.main() - first).events();
    if (revision.sub() >= events.size()) {
      return null;
    }
    Event event = events.get((int) revision.sub());
    return event.sub() == revision.sub() && !event.deletion() ? event.keyValue() : null;
  }

  /** How many events are in the revisions after {@code revision}. */
  synchronized long eventsAfter(long revision) {
    long first = last - size + 1;
    long count = 0;
    for (long each = Math.max(first, revision + 1); each <= last; each++) {
      count += at(each - first).events().size();
    }
    return count;
  }

  private RevisionEvents at(long offset) {
    RevisionEvents found = slots[(head + (int) offset) & (slots.length - 1)];
    if (found == null) {
      throw new IllegalStateException("watch ring: empty slot at " + offset + " of " + size);
    }
    return found;
  }

  private void evictOldest() {
    bytes -= at(0).sizeBytes();
    slots[head] = null;
    head = (head + 1) & (slots.length - 1);
    size--;
  }

  private void grow() {
    @Nullable RevisionEvents[] larger = new RevisionEvents[slots.length * 2];
    for (int i = 0; i < size; i++) {
      larger[i] = slots[(head + i) & (slots.length - 1)];
    }
    slots = larger;
    head = 0;
  }
}
