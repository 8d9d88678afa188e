package dev.keelson.server.command;

/** How a subcommand ends; the numbers are a contract with scripts and Jobs. */
public enum ExitStatus {
  /** Done. */
  OK(0),
  /** Failed for a reason that none of the others names. */
  FAILED(1),
  /** The command line is wrong. */
  USAGE(2),
  /** A file or a backup is damaged, or is not what it should be. Trying again does not help. */
  BAD_DATA(3),
  /**
   * Refused: credentials, permissions, a bucket that does not exist, a target that is not empty.
   * Trying again helps only after a change.
   */
  REFUSED(4),
  /** Not reachable, interrupted, or out of space. Trying again later may help. */
  UNAVAILABLE(5);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  /** The exit code of the process. */
  public int code() {
    return code;
  }
}
