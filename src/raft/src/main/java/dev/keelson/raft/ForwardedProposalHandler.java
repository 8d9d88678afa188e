package dev.keelson.raft;

/**
 * Another member sends proposals for the leader. Whoever does not lead sends them on to the leader
 * it knows; as each hop goes to the leader of a term at least as new, they cannot go in circles for
 * ever. What cannot be taken is lost, and its proposer finds out by waiting.
 */
final class ForwardedProposalHandler {
  private final RaftState state;
  private final Proposals proposals;

  ForwardedProposalHandler(RaftState state, Proposals proposals) {
    this.state = state;
    this.proposals = proposals;
  }

  void handle(Message.ForwardedProposal m) {
    try {
      if (state.isLeader()) {
        proposals.append(m.entries());
      } else if (state.leader != m.from()) {
        proposals.forward(m.entries());
      }
    } catch (ProposalDroppedException e) {
      // Lost, as any message may be: the proposer is elsewhere and cannot be told.
      return;
    }
  }
}
