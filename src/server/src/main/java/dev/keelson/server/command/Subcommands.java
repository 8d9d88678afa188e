package dev.keelson.server.command;

import dev.keelson.server.command.backup.BackupCommand;
import dev.keelson.server.command.snapshot.SnapshotCommand;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Recognises and runs the subcommands. */
@Command(
    name = "keelson",
    description = "A strongly consistent key-value store that speaks etcd's v3 API.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {SnapshotCommand.class, BackupCommand.class})
public final class Subcommands implements Runnable {
  private Subcommands() {}

  /** Whether the arguments of the process name a subcommand rather than flags of a member. */
  public static boolean matches(String... arguments) {
    // a member's start does not pay for the model of all commands
    return arguments.length > 0
        && !arguments[0].startsWith("-")
        && commandLine().getSubcommands().containsKey(arguments[0]);
  }

  /**
   * Runs a subcommand to its end.
   *
   * @return the exit code for the process
   */
  public static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  private static CommandLine commandLine() {
    return new CommandLine(new Subcommands())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Subcommands::wrongUsage)
        .setExecutionExceptionHandler(Subcommands::failed);
  }

  @Override
  public void run() {
    throw new IllegalStateException("a subcommand is always named");
  }

  private static int wrongUsage(ParameterException e, String[] arguments) {
    PrintWriter err = e.getCommandLine().getErr();
    err.println("keelson: " + e.getMessage());
    err.println(
        "Run '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help' for the flags.");
    return ExitStatus.USAGE.code();
  }

  private static int failed(Exception e, CommandLine command, ParseResult result) {
    command.getErr().println("keelson: " + message(e));
    return (e instanceof CommandException known ? known.status() : ExitStatus.FAILED).code();
  }

  private static String message(Exception e) {
    return switch (e) {
      case CommandException known -> String.valueOf(known.getMessage());
      case IOException io -> io.getClass().getSimpleName() + ": " + io.getMessage();
      default -> e.toString();
    };
  }
}
