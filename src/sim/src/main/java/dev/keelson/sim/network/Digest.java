package dev.keelson.sim.network;

import dev.keelson.raft.Entry;
import dev.keelson.raft.Message;
import dev.keelson.sim.time.Trace;

/** What a message adds to the trace; a record's own hash would include the identity of arrays. */
final class Digest {
  private Digest() {}

  static void add(Trace trace, Message message) {
    trace.add(message.from());
    trace.add(message.to());
    trace.add(message.term());
    switch (message) {
      case Message.AppendRequest m -> {
        trace.add(m.prevIndex());
        trace.add(m.prevTerm());
        trace.add(m.commit());
        m.entries().forEach(entry -> add(trace, entry));
      }
      case Message.AppendResponse m -> {
        trace.add(m.reject() ? 1 : 2);
        trace.add(m.index());
      }
      case Message.VoteRequest m -> {
        trace.add(m.preVote() ? 3 : 4);
        trace.add(m.lastIndex());
      }
      case Message.VoteResponse m -> trace.add(m.reject() ? 5 : 6);
      case Message.Heartbeat m -> {
        trace.add(m.commit());
        trace.add(m.round());
      }
      case Message.HeartbeatResponse m -> trace.add(m.round());
      case Message.InstallSnapshot m -> trace.add(m.snapshot().index());
      case Message.TimeoutNow m -> trace.add(7);
      case Message.ReadIndexRequest m -> trace.add(m.requestId());
      case Message.ReadIndexResponse m -> {
        trace.add(m.index());
        trace.add(m.requestId());
      }
      case Message.ForwardedProposal m -> m.entries().forEach(entry -> add(trace, entry));
      case Message.TransferLeader m -> trace.add(m.transferee());
    }
  }

  private static void add(Trace trace, Entry entry) {
    trace.add(entry.index());
    trace.add(entry.term());
    trace.add(entry.data());
  }
}
