package dev.keelson.kv.mvcc;

import java.util.List;

/**
 * All events of one main revision, in sub-revision order: the unit that watch delivery never
 * splits.
 *
 * @param revision the main revision
 * @param events at least one
 * @param sizeBytes the sum of the events' sizes
 */
public record RevisionEvents(long revision, List<Event> events, long sizeBytes) {}
