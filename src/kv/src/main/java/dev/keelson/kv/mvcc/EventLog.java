package dev.keelson.kv.mvcc;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads of past events from the store; safe from any thread. */
public interface EventLog {
  /** The newest revision whose events can be read here. */
  long currentRevision();

  /**
   * The revision of the last compaction; -1 before the first. Events below it are gone, those at it
   * remain.
   */
  long compactRevision();

  /**
   * Whole revisions in ascending order, starting with the first at or after {@code from}.
   *
   * @param from the first revision wanted
   * @param maxRevisions at most this many distinct revisions
   * @param maxBytes stops after the revision that reaches this many bytes of events (at least one
   *     is returned)
   * @return empty when nothing happened from {@code from} to the current revision
   * @param wanted of which keys events are needed; others are left out, their revisions are not
   * @throws CompactedException when {@code from} is below the compacted revision, also if
   *     compaction overtook the read
   */
  List<RevisionEvents> read(long from, int maxRevisions, long maxBytes, Predicate<byte[]> wanted)
      throws CompactedException;

  /** As {@link #read(long, int, long, Predicate)}, with the events of all keys. */
  default List<RevisionEvents> read(long from, int maxRevisions, long maxBytes)
      throws CompactedException {
    return read(from, maxRevisions, maxBytes, key -> true);
  }

  /**
   * The encoded {@code mvccpb.KeyValue} written at {@code revision}, or null when compaction has
   * removed it.
   */
  byte @Nullable [] keyValueAt(Revision revision);
}
