package dev.keelson.node.loop;

import dev.keelson.raft.InvalidMessageException;
import dev.keelson.raft.Message;
import dev.keelson.raft.Raft;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps proposals of other members that arrive while leadership is being handed over, when nobody
 * takes them, and passes them on once that is over. Without it their proposers would wait for
 * nothing until their time is over.
 */
final class Relay {
  /** Above this, what comes more is lost, as any message may be. */
  private static final long BYTES_MAX = 32L << 20;

  private final CommitTime time;
  private List<Message.ForwardedProposal> held = new ArrayList<>();
  private long bytes;

  Relay(CommitTime time) {
    this.time = time;
  }

  void hold(Message.ForwardedProposal message) {
    long size = message.entries().stream().mapToLong(entry -> entry.sizeBytes()).sum();
    if (bytes + size <= BYTES_MAX) {
      bytes += size;
      held.add(message);
    }
  }

  /** Takes what is held, or sends it to the new leader; waits as long as none is known. */
  void release(Raft raft, NodeLoop.Ports ports) {
    if (held.isEmpty() || raft.leader() == 0) {
      return;
    }
    List<Message.ForwardedProposal> all = held;
    held = new ArrayList<>();
    bytes = 0;
    if (raft.isLeader()) {
      for (Message.ForwardedProposal each : all) {
        try {
          raft.step(time.stamp(each, raft.term()));
        } catch (InvalidMessageException e) {
          throw new IllegalStateException("a message that was taken in is none any more", e);
        }
      }
      return;
    }
    List<Message> onward = new ArrayList<>(all.size());
    for (Message.ForwardedProposal each : all) {
      onward.add(new Message.ForwardedProposal(each.to(), raft.leader(), each.entries()));
    }
    ports.send(onward);
  }
}
