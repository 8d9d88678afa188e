package dev.keelson.kv.watch;

import com.google.protobuf.ByteString;
import dev.keelson.kv.mvcc.CompactedException;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.proto.mvccpb.KeyValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A multi-version store in memory: every revision's events, and compaction as etcd defines it. */
final class MemoryStore implements EventLog {
  private final List<RevisionEvents> revisions = new ArrayList<>();
  private final Map<Revision, byte[]> rows = new HashMap<>();
  private final TreeMap<String, KeyValue> current = new TreeMap<>();
  private final Map<String, Revision> currentAt = new HashMap<>();
  private long compactRevision = -1;
  private int reads;

  /** One change of a transaction: a put, or a deletion when {@code value} is null. */
  record Change(String key, @Nullable String value) {
    static Change put(String key, String value) {
      return new Change(key, value);
    }

    static Change delete(String key) {
      return new Change(key, null);
    }
  }

  synchronized RevisionEvents put(String key, String value) {
    return commit(Change.put(key, value));
  }

  synchronized RevisionEvents delete(String key) {
    return commit(Change.delete(key));
  }

  /** Applies the changes in one revision; deleting an absent key is left out. */
  synchronized RevisionEvents commit(Change... changes) {
    long main = currentRevision() + 1;
    List<Event> events = new ArrayList<>();
    long bytes = 0;
    for (Change change : changes) {
      KeyValue before = current.get(change.key());
      Revision previous = currentAt.getOrDefault(change.key(), Revision.NONE);
      Revision at = new Revision(main, events.size());
      byte[] key = bytes(change.key());
      Event event;
      if (change.value() == null) {
        if (before == null) {
          continue;
        }
        byte[] row =
            KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setModRevision(main)
                .build()
                .toByteArray();
        event = new Event(true, key, main, at.sub(), row, 0, previous);
        current.remove(change.key());
        currentAt.remove(change.key());
      } else {
        KeyValue row =
            KeyValue.newBuilder()
                .setKey(ByteString.copyFrom(key))
                .setCreateRevision(before == null ? main : before.getCreateRevision())
                .setModRevision(main)
                .setVersion(before == null ? 1 : before.getVersion() + 1)
                .setValue(ByteString.copyFromUtf8(change.value()))
                .build();
        event =
            new Event(
                false, key, main, at.sub(), row.toByteArray(), row.getCreateRevision(), previous);
        current.put(change.key(), row);
        currentAt.put(change.key(), at);
        rows.put(at, row.toByteArray());
      }
      events.add(event);
      bytes += event.sizeBytes();
    }
    if (events.isEmpty()) {
      throw new IllegalArgumentException("nothing changed");
    }
    RevisionEvents committed = new RevisionEvents(main, events, bytes);
    revisions.add(committed);
    return committed;
  }

  /** Drops events below {@code revision} and the rows superseded at or before it. */
  synchronized void compact(long revision) {
    compactRevision = revision;
    for (RevisionEvents each : revisions) {
      for (Event event : each.events()) {
        if (event.main() <= revision) {
          rows.remove(event.previous());
        }
      }
    }
  }

  @Override
  public synchronized long currentRevision() {
    return revisions.size() + 1L;
  }

  @Override
  public synchronized long compactRevision() {
    return compactRevision;
  }

  @Override
  public synchronized List<RevisionEvents> read(
      long from, int maxRevisions, long maxBytes, Predicate<byte[]> wanted)
      throws CompactedException {
    if (from < compactRevision) {
      throw new CompactedException(compactRevision);
    }
    reads++;
    List<RevisionEvents> result = new ArrayList<>();
    long bytes = 0;
    for (long revision = Math.max(from, 2);
        revision <= currentRevision() && result.size() < maxRevisions && bytes < maxBytes;
        revision++) {
      RevisionEvents each = at(revision);
      List<Event> events =
          each.events().stream().filter(event -> wanted.test(event.key())).toList();
      result.add(new RevisionEvents(revision, events, each.sizeBytes()));
      bytes += each.sizeBytes();
    }
    return result;
  }

  @Override
  public synchronized byte @Nullable [] keyValueAt(Revision revision) {
    return rows.get(revision);
  }

  /** The events of a revision, whatever was compacted. */
  synchronized RevisionEvents at(long revision) {
    return revisions.get((int) revision - 2);
  }

  synchronized boolean has(String key) {
    return current.containsKey(key);
  }

  /** How often {@link #read} was called. */
  synchronized int reads() {
    return reads;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
