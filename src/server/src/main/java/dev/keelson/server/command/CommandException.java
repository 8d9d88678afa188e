package dev.keelson.server.command;

import java.io.Serial;

/** A subcommand cannot do what it was asked to; the message is for the person who asked. */
public final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final ExitStatus status;

  /** Ends the command with a status. */
  public CommandException(ExitStatus status, String message) {
    super(message);
    this.status = status;
  }

  /** Ends the command with a status; the cause is not shown. */
  public CommandException(ExitStatus status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  /** The command line is wrong. */
  public static CommandException usage(String message) {
    return new CommandException(ExitStatus.USAGE, message);
  }

  /** How the process ends. */
  public ExitStatus status() {
    return status;
  }
}
