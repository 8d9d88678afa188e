package dev.keelson.node.peer;

import dev.keelson.proto.raftpb.MessageType;
import dev.keelson.proto.raftpb.Snapshot;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The core's messages as {@code raftpb.Message}, field for field as {@link Message} documents. */
final class MessageCodec {
  private static final byte[] CAMPAIGN_TRANSFER =
      "CampaignTransfer".getBytes(StandardCharsets.US_ASCII);

  private MessageCodec() {}

  /** Fills the fields from a message. */
  static void encode(Message message, RaftpbFields out) {
    out.clear();
    out.from = message.from();
    out.to = message.to();
    out.term = message.term();
    switch (message) {
      case Message.AppendRequest m -> {
        out.type = MessageType.MsgApp;
        out.index = m.prevIndex();
        out.logTerm = m.prevTerm();
        out.entries = m.entries();
        out.commit = m.commit();
      }
      case Message.AppendResponse m -> {
        out.type = MessageType.MsgAppResp;
        out.index = m.index();
        out.reject = m.reject();
        out.rejectHint = m.hintIndex();
        out.logTerm = m.hintTerm();
      }
      case Message.VoteRequest m -> {
        out.type = m.preVote() ? MessageType.MsgPreVote : MessageType.MsgVote;
        out.index = m.lastIndex();
        out.logTerm = m.lastTerm();
        if (m.transfer()) {
          out.context = CAMPAIGN_TRANSFER;
        }
      }
      case Message.VoteResponse m -> {
        out.type = m.preVote() ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp;
        out.reject = m.reject();
      }
      case Message.Heartbeat m -> {
        out.type = MessageType.MsgHeartbeat;
        out.commit = m.commit();
        if (m.round() != 0) {
          out.context = bytes(m.round());
        }
      }
      case Message.HeartbeatResponse m -> {
        out.type = MessageType.MsgHeartbeatResp;
        if (m.round() != 0) {
          out.context = bytes(m.round());
        }
      }
      case Message.InstallSnapshot m -> {
        out.type = MessageType.MsgSnap;
        out.snapshot = encode(m.snapshot());
      }
      case Message.TimeoutNow _ -> out.type = MessageType.MsgTimeoutNow;
      case Message.ReadIndexRequest m -> {
        out.type = MessageType.MsgReadIndex;
        out.entries = List.of(token(m.requestId()));
      }
      case Message.ReadIndexResponse m -> {
        out.type = MessageType.MsgReadIndexResp;
        out.index = m.index();
        out.entries = List.of(token(m.requestId()));
      }
      case Message.ForwardedProposal m -> {
        out.type = MessageType.MsgProp;
        out.entries = m.entries();
      }
      case Message.TransferLeader m -> {
        // in etcd the sender is the member that is to lead, whoever asks
        out.type = MessageType.MsgTransferLeader;
        out.from = m.transferee();
      }
    }
  }

  /**
   * Makes the message that the fields say.
   *
   * @param sender who sent it, as established by the connection
   * @param self the member that received it
   * @throws MalformedMessageException if no member sends such a message to another, or the fields
   *     name another sender or receiver
   */
  static Message decode(RaftpbFields in, long sender, long self) throws MalformedMessageException {
    if (in.to != self) {
      throw new MalformedMessageException(
          in.type + " for member " + Long.toHexString(in.to) + " reached another");
    }
    if (in.from != sender && in.type != MessageType.MsgTransferLeader) {
      throw new MalformedMessageException(
          in.type + " in the name of member " + Long.toHexString(in.from) + " came from another");
    }
    return switch (in.type) {
      case MsgApp ->
          new Message.AppendRequest(
              sender, self, in.term, in.index, in.logTerm, in.entries, in.commit);
      case MsgAppResp ->
          new Message.AppendResponse(
              sender, self, in.term, in.index, in.reject, in.rejectHint, in.logTerm);
      case MsgVote, MsgPreVote ->
          new Message.VoteRequest(
              sender,
              self,
              in.term,
              in.index,
              in.logTerm,
              in.type == MessageType.MsgPreVote,
              isTransfer(in));
      case MsgVoteResp, MsgPreVoteResp ->
          new Message.VoteResponse(
              sender, self, in.term, in.type == MessageType.MsgPreVoteResp, in.reject);
      case MsgHeartbeat ->
          new Message.Heartbeat(sender, self, in.term, in.commit, number(in, in.context));
      case MsgHeartbeatResp ->
          new Message.HeartbeatResponse(sender, self, in.term, number(in, in.context));
      case MsgSnap -> new Message.InstallSnapshot(sender, self, in.term, snapshot(in));
      case MsgTimeoutNow -> new Message.TimeoutNow(sender, self, in.term);
      case MsgReadIndex -> new Message.ReadIndexRequest(sender, self, requestId(in));
      case MsgReadIndexResp ->
          new Message.ReadIndexResponse(sender, self, in.term, in.index, requestId(in));
      case MsgProp -> new Message.ForwardedProposal(sender, self, in.entries);
      case MsgTransferLeader -> new Message.TransferLeader(sender, self, in.term, in.from);
      case MsgHup,
          MsgBeat,
          MsgUnreachable,
          MsgSnapStatus,
          MsgCheckQuorum,
          MsgStorageAppend,
          MsgStorageAppendResp,
          MsgStorageApply,
          MsgStorageApplyResp,
          MsgForgetLeader ->
          throw new MalformedMessageException(in.type + " never leaves a member");
    };
  }

  private static boolean isTransfer(RaftpbFields in) throws MalformedMessageException {
    if (in.context.length == 0) {
      return false;
    }
    if (!Arrays.equals(in.context, CAMPAIGN_TRANSFER)) {
      throw new MalformedMessageException(in.type + " with an unknown context");
    }
    return true;
  }

  /** Entry or context: etcd's followers send an entry, its leader answers either. */
  private static long requestId(RaftpbFields in) throws MalformedMessageException {
    byte[] token = in.entries.size() == 1 ? in.entries.getFirst().data() : in.context;
    if (token.length != Long.BYTES) {
      throw new MalformedMessageException(in.type + " without a request id");
    }
    return number(in, token);
  }

  private static Entry token(long requestId) {
    return new Entry(0, 0, EntryType.NORMAL, bytes(requestId));
  }

  private static byte[] bytes(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static long number(RaftpbFields in, byte[] bytes) throws MalformedMessageException {
    return switch (bytes.length) {
      case 0 -> 0;
      case Long.BYTES -> ByteBuffer.wrap(bytes).getLong();
      default ->
          throw new MalformedMessageException(
              in.type + " with a context of " + bytes.length + " bytes");
    };
  }

  private static Snapshot encode(SnapshotMetadata snapshot) {
    return Snapshot.newBuilder()
        .setMetadata(
            dev.keelson.proto.raftpb.SnapshotMetadata.newBuilder()
                .setConfState(ConfStates.encode(snapshot.confState()))
                .setIndex(snapshot.index())
                .setTerm(snapshot.term()))
        .build();
  }

  private static SnapshotMetadata snapshot(RaftpbFields in) throws MalformedMessageException {
    if (in.snapshot == null) {
      throw new MalformedMessageException(in.type + " without a snapshot");
    }
    dev.keelson.proto.raftpb.SnapshotMetadata metadata = in.snapshot.getMetadata();
    return new SnapshotMetadata(
        metadata.getIndex(), metadata.getTerm(), ConfStates.decode(metadata.getConfState()));
  }
}
