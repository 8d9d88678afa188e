package dev.keelson.node.peer;

import dev.keelson.raft.confchange.ConfState;

/** A configuration as {@code raftpb.ConfState}, as it is sent and stored. */
public final class ConfStates {
  private ConfStates() {}

  /** The message of a configuration. */
  public static dev.keelson.proto.raftpb.ConfState encode(ConfState state) {
    return dev.keelson.proto.raftpb.ConfState.newBuilder()
        .addAllVoters(state.voters())
        .addAllLearners(state.learners())
        .addAllVotersOutgoing(state.votersOutgoing())
        .addAllLearnersNext(state.learnersNext())
        .setAutoLeave(state.autoLeave())
        .build();
  }

  /** The configuration of a message. */
  public static ConfState decode(dev.keelson.proto.raftpb.ConfState in) {
    return new ConfState(
        in.getVotersList(),
        in.getLearnersList(),
        in.getVotersOutgoingList(),
        in.getLearnersNextList(),
        in.getAutoLeave());
  }
}
