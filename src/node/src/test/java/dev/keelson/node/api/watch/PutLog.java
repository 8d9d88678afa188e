package dev.keelson.node.api.watch;

import com.google.protobuf.ByteString;
import dev.keelson.kv.mvcc.Event;
import dev.keelson.kv.mvcc.EventLog;
import dev.keelson.kv.mvcc.Revision;
import dev.keelson.kv.mvcc.RevisionEvents;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An event log of puts of fresh keys, never compacted. */
final class PutLog implements EventLog {
  private final List<RevisionEvents> revisions = new ArrayList<>();

  synchronized RevisionEvents put(String key, String value) {
    long main = currentRevision() + 1;
    KeyValue row =
        KeyValue.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setCreateRevision(main)
            .setModRevision(main)
            .setVersion(1)
            .setValue(ByteString.copyFromUtf8(value))
            .build();
    Event event =
        new Event(
            false, row.getKey().toByteArray(), main, 0, row.toByteArray(), main, Revision.NONE);
    RevisionEvents revision = new RevisionEvents(main, List.of(event), event.sizeBytes());
    revisions.add(revision);
    return revision;
  }

  @Override
  public synchronized long currentRevision() {
    return revisions.size() + 1L;
  }

  @Override
  public long compactRevision() {
    return -1;
  }

  @Override
  public synchronized List<RevisionEvents> read(
      long from, int maxRevisions, long maxBytes, Predicate<byte[]> wanted) {
    List<RevisionEvents> result = new ArrayList<>();
    long bytes = 0;
    for (long revision = Math.max(2, from);
        revision <= currentRevision() && result.size() < maxRevisions && bytes < maxBytes;
        revision++) {
      RevisionEvents each = revisions.get((int) revision - 2);
      result.add(each);
      bytes += each.sizeBytes();
    }
    return result;
  }

  @Override
  public byte @Nullable [] keyValueAt(Revision revision) {
    return null;
  }
}
