package dev.keelson.kv.mvcc;

import java.util.List;

/**
 * All events of one main revision, in sub-revision order: the unit that watch delivery never
 * splits.
 *
 * @param revision the main revision
 * @param events none if they were too many to be kept in memory (then the event log has them), or
 *     if none was wanted
 * @param sizeBytes the sum of the events' sizes
 */
public record RevisionEvents(long revision, List<Event> events, long sizeBytes) {}
