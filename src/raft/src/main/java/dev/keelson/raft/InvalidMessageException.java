package dev.keelson.raft;

/**
 * A message that no correct peer sends in the present state: malformed, or at odds with what is
 * durably known here. It has had no effect. The sender is broken, or this member's log is damaged:
 * drop the connection and say so.
 */
public final class InvalidMessageException extends Exception {
  private static final long serialVersionUID = 1L;

  public InvalidMessageException(String message) {
    super(message);
  }
}
