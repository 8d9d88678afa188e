package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeException;
import dev.keelson.raft.confchange.ConfState;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints things the way transcripts show them. */
final class Describe {
  private Describe() {}

  static String message(Message m) {
    String head = m.from() + "->" + m.to() + " ";
    return head
        + switch (m) {
          case Message.AppendRequest a ->
              "Append term="
                  + a.term()
                  + " prev="
                  + a.prevTerm()
                  + "/"
                  + a.prevIndex()
                  + " commit="
                  + a.commit()
                  + (a.entries().isEmpty() ? "" : " entries=" + entries(a.entries()));
          case Message.AppendResponse a ->
              "AppendResponse term="
                  + a.term()
                  + " index="
                  + a.index()
                  + (a.reject() ? " rejected, hint=" + a.hintTerm() + "/" + a.hintIndex() : "");
          case Message.VoteRequest v ->
              (v.preVote() ? "PreVote" : "Vote")
                  + " term="
                  + v.term()
                  + " last="
                  + v.lastTerm()
                  + "/"
                  + v.lastIndex()
                  + (v.transfer() ? " transfer" : "");
          case Message.VoteResponse v ->
              (v.preVote() ? "PreVoteResponse" : "VoteResponse")
                  + " term="
                  + v.term()
                  + (v.reject() ? " rejected" : "");
          case Message.Heartbeat h ->
              "Heartbeat term="
                  + h.term()
                  + " commit="
                  + h.commit()
                  + (h.round() == 0 ? "" : " round=" + h.round());
          case Message.HeartbeatResponse h ->
              "HeartbeatResponse term=" + h.term() + (h.round() == 0 ? "" : " round=" + h.round());
          case Message.InstallSnapshot s ->
              "InstallSnapshot term=" + s.term() + " " + snapshot(s.snapshot());
          case Message.TimeoutNow t -> "TimeoutNow term=" + t.term();
          case Message.ReadIndexRequest r -> "ReadIndex request=" + r.requestId();
          case Message.ReadIndexResponse r ->
              "ReadIndexResponse term="
                  + r.term()
                  + " request="
                  + r.requestId()
                  + " index="
                  + r.index();
          case Message.ForwardedProposal p -> "Proposal " + entries(p.entries());
          case Message.TransferLeader t ->
              "TransferLeader term=" + t.term() + " transferee=" + t.transferee();
        };
  }

  private static String snapshot(SnapshotMetadata s) {
    return "snapshot=" + s.term() + "/" + s.index() + " " + confState(s.confState());
  }

  static String entries(List<Entry> entries) {
    return entries.stream().map(Describe::entry).collect(Collectors.joining(", ", "[", "]"));
  }

  static String entry(Entry entry) {
    String place = entry.term() + "/" + entry.index();
    if (entry.type() == EntryType.NORMAL) {
      return entry.data().length == 0
          ? place + " empty"
          : place + " \"" + new String(entry.data(), UTF_8) + "\"";
    }
    try {
      ConfChange change = Raft.confChange(entry);
      return place + " " + (change.leavesJoint() ? "leave-joint" : steps(change));
    } catch (ConfChangeException e) {
      return place + " unreadable change";
    }
  }

  private static String steps(ConfChange change) {
    return change.changes().stream()
        .map(step -> kind(step.type()) + step.nodeId())
        .collect(Collectors.joining(" ", "change(", ")"));
  }

  private static String kind(ConfChange.Type type) {
    return switch (type) {
      case ADD_VOTER -> "v";
      case ADD_LEARNER -> "l";
      case REMOVE -> "r";
      case UPDATE -> "u";
    };
  }

  static String confState(ConfState c) {
    StringBuilder text = new StringBuilder("voters=").append(c.voters());
    if (c.isJoint()) {
      text.append("&&").append(c.votersOutgoing());
    }
    if (!c.learners().isEmpty()) {
      text.append(" learners=").append(c.learners());
    }
    if (!c.learnersNext().isEmpty()) {
      text.append(" learners-next=").append(c.learnersNext());
    }
    if (c.autoLeave()) {
      text.append(" auto-leave");
    }
    return text.toString();
  }

  static void ready(Ready ready, StringBuilder out) {
    if (ready.softState() != null) {
      out.append("  ").append(ready.softState().role());
      out.append(" leader=").append(ready.softState().leader()).append('\n');
    }
    if (ready.hardState() != null) {
      HardState h = ready.hardState();
      out.append("  hard state term=").append(h.term()).append(" vote=").append(h.vote());
      out.append(" commit=").append(h.commit()).append(ready.mustSync() ? " sync\n" : "\n");
    }
    if (ready.snapshot() != null) {
      out.append("  install ").append(snapshot(ready.snapshot())).append('\n');
    }
    if (!ready.entries().isEmpty()) {
      out.append("  append ").append(entries(ready.entries())).append('\n');
    }
    if (!ready.committedEntries().isEmpty()) {
      out.append("  apply ").append(entries(ready.committedEntries())).append('\n');
    }
    for (ReadState read : ready.readStates()) {
      out.append("  read ").append(read.requestId()).append(" at ").append(read.index());
      out.append('\n');
    }
    ready.messages().forEach(m -> out.append("  send ").append(message(m)).append('\n'));
    ready
        .messagesAfterAppend()
        .forEach(m -> out.append("  after append ").append(message(m)).append('\n'));
  }

  static void status(Status s, StringBuilder out) {
    out.append("  ").append(s.role()).append(" term=").append(s.term());
    out.append(" vote=").append(s.vote()).append(" leader=").append(s.leader());
    out.append(" commit=").append(s.commit()).append(" applied=").append(s.applied());
    out.append(" last=").append(s.lastIndex()).append(" stable=").append(s.stableIndex());
    out.append(s.transferee() == 0 ? "" : " transferee=" + s.transferee()).append('\n');
    out.append("  ").append(confState(s.confState())).append('\n');
    for (Map.Entry<Long, Status.PeerStatus> peer : s.progress().entrySet()) {
      Status.PeerStatus p = peer.getValue();
      out.append("  ").append(peer.getKey()).append(": ").append(p.state());
      out.append(" match=").append(p.match()).append(" next=").append(p.next());
      out.append(p.learner() ? " learner" : "").append(p.paused() ? " paused" : "");
      out.append(p.inflightMessages() == 0 ? "" : " inflight=" + p.inflightMessages());
      out.append(p.pendingSnapshot() == 0 ? "" : " snapshot=" + p.pendingSnapshot());
      out.append('\n');
    }
  }
}
