package dev.keelson.raft;

import java.util.ArrayDeque;
import java.util.List;

/** The committed entries that were handed out and are not applied yet, by size. */
final class ApplyWindow {
  private record Batch(long lastIndex, long bytes, long payloadBytes) {}

  private final long maxBytes;
  private final ArrayDeque<Batch> batches = new ArrayDeque<>();
  private long bytes;

  ApplyWindow(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** How much more may be handed out; 0 or less for nothing. */
  long room() {
    return maxBytes - bytes;
  }

  void add(List<Entry> entries) {
    long size = 0;
    long payload = 0;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      size += entry.sizeBytes();
      payload += entry.data().length;
    }
    batches.add(new Batch(entries.getLast().index(), size, payload));
    bytes += size;
  }

  /** Everything up to {@code index} is applied; returns the payload bytes of what is done with. */
  long release(long index) {
    long payload = 0;
    while (!batches.isEmpty() && batches.getFirst().lastIndex() <= index) {
      Batch done = batches.removeFirst();
      bytes -= done.bytes();
      payload += done.payloadBytes();
    }
    return payload;
  }
}
