package dev.keelson.node.loop;

import dev.keelson.raft.Entry;
import dev.keelson.raft.HardState;
import dev.keelson.raft.MemoryLog;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Bounds the part of the log that is kept in memory: by count and by bytes, never above what is
 * applied.
 */
final class LogCache {
  private final MemoryLog log;
  private final long entriesMax;
  private final long bytesMax;
  private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
  private long bytes;

  private record Chunk(long last, long bytes) {}

  LogCache(MemoryLog log, long entriesMax, long bytesMax) {
    this.log = log;
    this.entriesMax = entriesMax;
    this.bytesMax = bytesMax;
    if (log.lastIndex() >= log.firstIndex()) {
      count(log.entries(log.firstIndex(), log.lastIndex() + 1, Long.MAX_VALUE));
    }
  }

  void append(List<Entry> entries) {
    log.append(entries);
    count(entries);
  }

  private void count(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    long size = 0;
    for (Entry entry : entries) {
      size += entry.sizeBytes();
    }
    chunks.add(new Chunk(entries.getLast().index(), size));
    bytes += size;
  }

  void setHardState(HardState state) {
    log.setHardState(state);
  }

  /** Drops the oldest chunks while there is too much and they are applied. */
  void trim(long applied) {
    while (!chunks.isEmpty()
        && chunks.getFirst().last() < applied
        && (bytes > bytesMax || log.lastIndex() - log.firstIndex() > entriesMax)) {
      Chunk oldest = chunks.removeFirst();
      bytes -= oldest.bytes();
      log.compact(Math.min(oldest.last(), applied));
    }
  }
}
