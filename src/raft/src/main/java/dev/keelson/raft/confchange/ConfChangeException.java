package dev.keelson.raft.confchange;

/** A membership change that is malformed or does not fit the configuration it is applied to. */
public final class ConfChangeException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfChangeException(String message) {
    super(message);
  }
}
