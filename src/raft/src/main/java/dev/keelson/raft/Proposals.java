package dev.keelson.raft;

import dev.keelson.raft.ProposalDroppedException.Reason;
import dev.keelson.raft.confchange.Changer;
import dev.keelson.raft.confchange.ConfChange;
import dev.keelson.raft.confchange.ConfChangeCodec;
import dev.keelson.raft.confchange.ConfChangeException;
import java.util.ArrayList;
import java.util.List;

/** What goes into the log: a leader appends it, a follower sends it to the leader. */
final class Proposals {
  private static final byte[] EMPTY = {};

  private final RaftState state;
  private final Replication replication;

  Proposals(RaftState state, Replication replication) {
    this.state = state;
    this.replication = replication;
  }

  /** The entry that opens a term, so that its leader learns what is committed (Raft §8). */
  void openTerm() {
    state.log.append(new Entry(state.term, state.log.lastIndex() + 1, EntryType.NORMAL, EMPTY));
  }

  void propose(List<byte[]> payloads) throws ProposalDroppedException {
    if (!state.isLeader()) {
      List<Entry> entries = new ArrayList<>(payloads.size());
      for (byte[] payload : payloads) {
        entries.add(new Entry(0, 0, EntryType.NORMAL, payload));
      }
      forward(entries);
      return;
    }
    long bytes = 0;
    for (byte[] payload : payloads) {
      bytes += payload.length;
    }
    admit(bytes);
    long index = state.log.lastIndex();
    for (byte[] payload : payloads) {
      state.log.append(new Entry(state.term, ++index, EntryType.NORMAL, payload));
    }
    replication.broadcastAppend();
  }

  void proposeConfChange(ConfChange change) throws ProposalDroppedException {
    EntryType type =
        change instanceof ConfChange.V1 ? EntryType.CONF_CHANGE : EntryType.CONF_CHANGE_V2;
    List<Entry> entry = List.of(new Entry(0, 0, type, ConfChangeCodec.encode(change)));
    if (state.isLeader()) {
      append(entry);
    } else {
      forward(entry);
    }
  }

  /** Proposes to leave a joint configuration; weighs nothing and is always taken. */
  void leaveJoint() {
    long index = state.log.lastIndex() + 1;
    state.pendingConfIndex = index;
    state.log.append(new Entry(state.term, index, EntryType.CONF_CHANGE_V2, EMPTY));
    replication.broadcastAppend();
  }

  /** Appends entries whose term and index are not set yet. */
  void append(List<Entry> entries) throws ProposalDroppedException {
    admit(Replication.payloadBytes(entries));
    long index = state.log.lastIndex();
    for (Entry entry : entries) {
      index++;
      boolean refused = entry.type() != EntryType.NORMAL && !mayChange(entry);
      if (refused) {
        // what takes its place weighs nothing
        state.uncommittedBytes -= entry.data().length;
        state.log.append(new Entry(state.term, index, EntryType.NORMAL, EMPTY));
      } else {
        if (entry.type() != EntryType.NORMAL) {
          state.pendingConfIndex = index;
        }
        state.log.append(new Entry(state.term, index, entry.type(), entry.data()));
      }
    }
    replication.broadcastAppend();
  }

  private void admit(long bytes) throws ProposalDroppedException {
    if (state.ownProgress() == null) {
      throw new ProposalDroppedException(Reason.REMOVED);
    }
    if (state.transferee != 0) {
      throw new ProposalDroppedException(Reason.TRANSFERRING);
    }
    long limit = state.config.maxUncommittedBytes();
    // What weighs nothing passes, and one proposal passes whatever it weighs.
    if (limit != 0
        && bytes > 0
        && state.uncommittedBytes > 0
        && state.uncommittedBytes + bytes > limit) {
      throw new ProposalDroppedException(Reason.UNCOMMITTED_LIMIT);
    }
    state.uncommittedBytes += bytes;
  }

  /**
   * Whether a membership change may enter the log: none may be unapplied, and it must fit the
   * configuration, which is then still the one it will be applied to.
   */
  private boolean mayChange(Entry entry) {
    if (state.pendingConfIndex > state.log.applied()) {
      return false;
    }
    try {
      Changer.apply(state.peers.confState(), decode(entry));
      return true;
    } catch (ConfChangeException e) {
      return false;
    }
  }

  static ConfChange decode(Entry entry) throws ConfChangeException {
    return entry.type() == EntryType.CONF_CHANGE
        ? ConfChangeCodec.decodeV1(entry.data())
        : ConfChangeCodec.decodeV2(entry.data());
  }

  /** Sends entries on to the leader, if one is known. */
  void forward(List<Entry> entries) throws ProposalDroppedException {
    if (state.leader == 0) {
      throw new ProposalDroppedException(Reason.NO_LEADER);
    }
    state.outbox.send(new Message.ForwardedProposal(state.id(), state.leader, entries));
  }
}
