package dev.keelson.sim.run;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.node.loop.NodeLoop;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Message;
import dev.keelson.raft.SoftState;
import dev.keelson.sim.check.LogModel;
import dev.keelson.sim.check.Violation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one log that all members carry out: whoever commits an entry first says what it is. */
final class CommittedLog {
  private final List<Entry> entries = new ArrayList<>();
  private final LogModel model = new LogModel();

  LogModel model() {
    return model;
  }

  private void committed(List<Entry> handedOut) {
    for (Entry entry : handedOut) {
      int at = Math.toIntExact(entry.index() - 1);
      if (at < entries.size()) {
        Entry known = entries.get(at);
        if (known.term() != entry.term() || !Arrays.equals(known.data(), entry.data())) {
          throw new Violation("committed differently: " + known + " and " + entry);
        }
      } else if (at == entries.size()) {
        entries.add(entry);
        carryOut(entry);
      } else {
        throw new Violation("committed " + entry + " behind " + entries.size() + " entries");
      }
    }
  }

  private void carryOut(Entry entry) {
    if (entry.type() == EntryType.NORMAL && entry.data().length > 0) {
      try {
        model.apply(InternalRaftRequest.parseFrom(entry.data()));
      } catch (InvalidProtocolBufferException e) {
        throw new Violation("entry " + entry.index() + " is no request", e);
      }
    }
  }

  /** Looks on at what is handed out to be applied. */
  NodeLoop.Ports watch(NodeLoop.Ports ports) {
    return new NodeLoop.Ports() {
      @Override
      public void append(long sequence, @Nullable HardState hardState, List<Entry> entries) {
        ports.append(sequence, hardState, entries);
      }

      @Override
      public void apply(List<Entry> handedOut) {
        committed(handedOut);
        ports.apply(handedOut);
      }

      @Override
      public void send(List<Message> messages) {
        ports.send(messages);
      }

      @Override
      public void roleChanged(SoftState state, long term) {
        ports.roleChanged(state, term);
      }
    };
  }
}
