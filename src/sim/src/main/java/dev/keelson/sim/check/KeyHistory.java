package dev.keelson.sim.check;

import com.google.protobuf.ByteString;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All that was ever committed: the events of each revision, and from them the state at each. It is
 * what histories are held against, and comes from the log of a simulated cluster or from a watch
 * over everything.
 */
public final class KeyHistory {
  /** The revision of an empty store. */
  public static final long FIRST_REVISION = 1;

  private static final Comparator<ByteString> ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final NavigableMap<ByteString, List<KeyValue>> versions = new TreeMap<>(ORDER);
  private final List<List<Event>> revisions = new ArrayList<>();

  /** Adds the next revision. */
  public void add(List<Event> events) {
    revisions.add(List.copyOf(events));
    for (Event event : events) {
      versions
          .computeIfAbsent(event.getKv().getKey(), key -> new ArrayList<>())
          .add(event.getType() == Event.EventType.DELETE ? tombstone(event) : event.getKv());
    }
  }

  /** A version of 0 marks a deletion. */
  private static KeyValue tombstone(Event event) {
    return KeyValue.newBuilder()
        .setKey(event.getKv().getKey())
        .setModRevision(event.getKv().getModRevision())
        .build();
  }

  /** The newest revision. */
  public long revision() {
    return FIRST_REVISION + revisions.size();
  }

  /** What happened at a revision; empty for the first one. */
  public List<Event> events(long revision) {
    return revision <= FIRST_REVISION
        ? List.of()
        : revisions.get(Math.toIntExact(revision - FIRST_REVISION - 1));
  }

  /** A key as of a revision; null if it did not exist. */
  public @Nullable KeyValue get(ByteString key, long revision) {
    List<KeyValue> all = versions.get(key);
    return all == null ? null : at(all, revision);
  }

  private static @Nullable KeyValue at(List<KeyValue> all, long revision) {
    int low = 0;
    int high = all.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (all.get(middle).getModRevision() <= revision) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    KeyValue found = low == 0 ? null : all.get(low - 1);
    return found == null || found.getVersion() == 0 ? null : found;
  }

  /** The live keys of a range as of a revision, in the order of the keys. */
  public List<KeyValue> range(ByteString key, ByteString end, long revision) {
    if (end.isEmpty()) {
      KeyValue one = get(key, revision);
      return one == null ? List.of() : List.of(one);
    }
    List<KeyValue> found = new ArrayList<>();
    for (List<KeyValue> all : within(key, end).values()) {
      KeyValue one = at(all, revision);
      if (one != null) {
        found.add(one);
      }
    }
    return found;
  }

  private NavigableMap<ByteString, List<KeyValue>> within(ByteString key, ByteString end) {
    if (isOpen(end)) {
      return versions.tailMap(key, true);
    }
    return ORDER.compare(key, end) < 0
        ? versions.subMap(key, true, end, false)
        : Collections.emptyNavigableMap();
  }

  /** Whether a range with this end goes on to the last key. */
  public static boolean isOpen(ByteString end) {
    return end.size() == 1 && end.byteAt(0) == 0;
  }

  /** Whether a key is in a range. */
  public static boolean contains(ByteString from, ByteString end, ByteString key) {
    if (end.isEmpty()) {
      return key.equals(from);
    }
    return ORDER.compare(key, from) >= 0 && (isOpen(end) || ORDER.compare(key, end) < 0);
  }
}
