package dev.keelson.node.peer;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Messages that wait for a connection, bounded in number and bytes. Thread-safe. */
final class LaneQueue {
  private static final int FIXED_BYTES = 64;
  private static final int BATCH_MESSAGES = 512;

  private final ArrayDeque<Message> messages = new ArrayDeque<>();
  private final int messagesMax;
  private final long bytesMax;
  private final long batchBytes;
  private long bytes;
  private boolean open;

  LaneQueue(PeerSettings settings) {
    messagesMax = settings.queueMessagesMax();
    bytesMax = settings.queueBytesMax();
    batchBytes = settings.messageBytesMax() / 4;
  }

  /** Takes messages from now on. */
  synchronized void open() {
    open = true;
  }

  /** Takes no more messages, forgets those that wait, and says how many there were. */
  synchronized int shut() {
    open = false;
    int dropped = messages.size();
    messages.clear();
    bytes = 0;
    return dropped;
  }

  /** Adds a message; false if there is no room, or nobody to send it. */
  synchronized boolean offer(Message message) {
    long size = sizeOf(message);
    // a message of any size goes into an empty queue, or it could never be sent
    if (!open
        || messages.size() >= messagesMax
        || (bytes + size > bytesMax && !messages.isEmpty())) {
      return false;
    }
    messages.add(message);
    bytes += size;
    return true;
  }

  /** The next messages, as many as make a batch; empty if there are none. */
  synchronized List<Message> take() {
    Message first = messages.peek();
    if (first == null) {
      return List.of();
    }
    List<Message> batch = new ArrayList<>();
    long taken = 0;
    while (batch.size() < BATCH_MESSAGES) {
      Message next = messages.peek();
      if (next == null) {
        break;
      }
      long size = sizeOf(next);
      if (!batch.isEmpty() && taken + size > batchBytes) {
        break;
      }
      messages.remove();
      batch.add(next);
      taken += size;
    }
    bytes -= taken;
    return batch;
  }

  private static long sizeOf(Message message) {
    return switch (message) {
      case Message.AppendRequest m -> FIXED_BYTES + sizeOf(m.entries());
      case Message.ForwardedProposal m -> FIXED_BYTES + sizeOf(m.entries());
      default -> FIXED_BYTES;
    };
  }

  private static long sizeOf(List<Entry> entries) {
    long size = 0;
    for (Entry entry : entries) {
      size += entry.sizeBytes();
    }
    return size;
  }
}
