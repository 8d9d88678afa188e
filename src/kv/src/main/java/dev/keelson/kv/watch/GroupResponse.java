package dev.keelson.kv.watch;

import java.util.ArrayList;
import java.util.List;

/**
 * What one group of watchers gets from one fan-out. Frames are remembered while consecutive
 * watchers need the same ones, which is the common case of one watch per stream.
 */
final class GroupResponse {
  /** Even an unfragmented response must stay below the 2 GiB that a gRPC message can have. */
  private static final long WHOLE_BYTES_MAX = 1L << 30;

  private final byte[] header;
  private final EventBlock events;
  private final long fragmentBytes;

  private List<WatchFrame> frames = List.of();
  private long framesId;
  private int framesFrom = -1;
  private boolean framesFragmented;

  GroupResponse(byte[] header, EventBlock events, long fragmentBytes) {
    this.header = header;
    this.events = events;
    this.fragmentBytes = fragmentBytes;
  }

  EventBlock events() {
    return events;
  }

  /** The response to {@code watcher} with the events from index {@code from} on, in order. */
  List<WatchFrame> frames(Watcher watcher, int from) {
    long id = watcher.id();
    boolean fragmented = watcher.spec().fragment();
    if (from != framesFrom || id != framesId || fragmented != framesFragmented) {
      frames = build(id, from, fragmented ? fragmentBytes : WHOLE_BYTES_MAX);
      framesId = id;
      framesFrom = from;
      framesFragmented = fragmented;
    }
    return frames;
  }

  /**
   * Splits so that each part stays below {@code limit} bytes, unless a single event is larger; all
   * parts but the last say that more follow.
   */
  private List<WatchFrame> build(long id, int from, long limit) {
    byte[] lastFields = ResponseEncoder.eventFields(id, false);
    long whole = (long) header.length + lastFields.length;
    for (int i = from; i < events.size(); i++) {
      whole += events.event(i).length;
    }
    if (whole < limit || events.size() - from < 2) {
      return List.of(new WatchFrame(header, lastFields, events, from, events.size()));
    }
    byte[] moreFields = ResponseEncoder.eventFields(id, true);
    List<WatchFrame> parts = new ArrayList<>();
    int start = from;
    while (start < events.size()) {
      int end = start + 1;
      long size = (long) header.length + moreFields.length + events.event(start).length;
      while (end < events.size() && size + events.event(end).length < limit) {
        size += events.event(end).length;
        end++;
      }
      byte[] fields = end < events.size() ? moreFields : lastFields;
      parts.add(new WatchFrame(header, fields, events, start, end));
      start = end;
    }
    return parts;
  }
}
