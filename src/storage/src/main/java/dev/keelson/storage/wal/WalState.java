package dev.keelson.storage.wal;

import dev.keelson.raft.Entry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found when a log was opened.
 *
 * @param hardState the last one written
 * @param snapshot the last marker, null if there is none
 * @param entries those after the marker, or after 0, without a gap; overwritten ones left out
 */
public record WalState(
    WalMetadata metadata,
    WalHardState hardState,
    @Nullable SnapshotMarker snapshot,
    List<Entry> entries) {}
