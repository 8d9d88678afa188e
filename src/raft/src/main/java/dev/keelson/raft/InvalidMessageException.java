package dev.keelson.raft;

/**
 * A message that no correct peer sends in the present state: malformed, or at odds with what is
 * durably known here. It has had no effect. The sender is broken, or this member's log is damaged:
 * drop the connection and say so.
 */
public final class InvalidMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  InvalidMessageException(String problem, Message message, RaftState state) {
    super(
        problem
            + ": "
            + describe(message)
            + "; here term "
            + state.term
            + ", leader "
            + state.leader
            + ", committed "
            + state.log.committed()
            + ", last index "
            + state.log.lastIndex());
  }

  /** Entries stay out of it: they may be large, and are nobody's business in a log file. */
  private static String describe(Message message) {
    if (message instanceof Message.AppendRequest m) {
      return "AppendRequest of term "
          + m.term()
          + " from "
          + m.from()
          + " behind index "
          + m.prevIndex()
          + " of term "
          + m.prevTerm()
          + ", commit "
          + m.commit();
    }
    return message instanceof Message.ForwardedProposal m
        ? "ForwardedProposal from " + m.from()
        : message.toString();
  }
}
