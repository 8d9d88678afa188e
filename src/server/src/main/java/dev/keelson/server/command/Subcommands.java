package dev.keelson.server.command;

import dev.keelson.server.command.backup.BackupCommand;
import dev.keelson.server.command.snapshot.SnapshotCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Recognises and runs the subcommands. */
@Command(
    name = "keelson",
    description = "A strongly consistent key-value store that speaks etcd's v3 API.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
public final class Subcommands implements Runnable {
  private static final Map<String, Class<?>> BY_NAME =
      Map.of("snapshot", SnapshotCommand.class, "backup", BackupCommand.class);

  private Subcommands() {}

  /** Whether the arguments of the process name a subcommand rather than flags of a member. */
  public static boolean matches(String... arguments) {
    return arguments.length > 0 && BY_NAME.containsKey(arguments[0]);
  }

  /**
   * Runs a subcommand to its end.
   *
   * @param arguments the name first
   * @return the exit code for the process
   */
  public static int run(String... arguments) {
    return new CommandLine(new Subcommands())
        // only this one: the model of a command takes a tenth of a second
        .addSubcommand(arguments[0], BY_NAME.get(arguments[0]))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Subcommands::wrongUsage)
        .setExecutionExceptionHandler(Subcommands::failed)
        .execute(arguments);
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
