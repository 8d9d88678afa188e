package dev.keelson.raft;

/** A proposal that was certainly not taken; proposing it again later is safe. */
public final class ProposalDroppedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    /** No leader is known in this term. */
    NO_LEADER,
    /** The leader is handing its leadership over. */
    TRANSFERRING,
    /** Too many bytes wait to be committed and applied. */
    UNCOMMITTED_LIMIT,
    /** The leader was removed from the configuration. */
    REMOVED
  }

  private final Reason reason;

  public ProposalDroppedException(Reason reason) {
    super("raft proposal dropped: " + reason);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
