package dev.keelson.storage.wal;

/**
 * There is a durable snapshot of the state machine that holds the effects of all entries up to one.
 *
 * @param index of the last entry the snapshot holds
 * @param term of that entry
 * @param confState the membership as of that entry, in whatever encoding its owner uses; never
 *     modified
 */
@SuppressWarnings("ArrayRecordComponent")
public record SnapshotMarker(long index, long term, byte[] confState) {}
