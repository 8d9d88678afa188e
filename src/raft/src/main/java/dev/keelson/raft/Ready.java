package dev.keelson.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a member wants done since the last one. Several may be under way at once.
 *
 * @param sequence numbers the Readys of one {@link Raft} from 1; what {@link Raft#appended} takes
 * @param softState the leader and role, if either changed
 * @param hardState the state to make durable, if it changed
 * @param snapshot a snapshot to install before {@code entries}, if one arrived
 * @param entries the entries to append to the log, replacing what it has at the same indexes and
 *     behind
 * @param mustSync whether the disk must have it all before {@link Raft#appended}; if false, having
 *     written it in order is enough
 * @param messages what may be sent at once
 * @param messagesAfterAppend what may be sent only when this and all earlier Readys are durable
 * @param committedEntries what to apply, in order; durable on this member already
 * @param readStates answers to {@link Raft#readIndex}
 */
public record Ready(
    long sequence,
    @Nullable SoftState softState,
    @Nullable HardState hardState,
    @Nullable SnapshotMetadata snapshot,
    List<Entry> entries,
    boolean mustSync,
    List<Message> messages,
    List<Message> messagesAfterAppend,
    List<Entry> committedEntries,
    List<ReadState> readStates) {

  /**
   * Whether there is something for the log, or something that must wait for it; if so {@link
   * Raft#appended} must be called.
   */
  public boolean needsAppend() {
    return hardState != null
        || snapshot != null
        || !entries.isEmpty()
        || !messagesAfterAppend.isEmpty();
  }
}
