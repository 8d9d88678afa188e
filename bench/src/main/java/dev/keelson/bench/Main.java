package dev.keelson.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the load driver. */
@Command(
    name = "keelson-bench",
    mixinStandardHelpOptions = true,
    description = "Compares two servers that speak etcd's v3 API.",
    subcommands = {
      CompareCommand.class,
      FootprintCommand.class,
      FailoverCommand.class,
      JoinCommand.class,
      LimitsCommand.class,
      BackupCommand.class
    })
public final class Main {
  private Main() {}

  /** Runs the command and ends the process with its exit code: 0 done, 1 failed, 2 wrong usage. */
  public static void main(String[] args) {
    CommandLine command = new CommandLine(new Main());
    command.setExecutionExceptionHandler(
        (failure, which, parsed) -> {
          System.err.println("keelson-bench: " + failure.getMessage());
          return failure instanceof IllegalArgumentException ? 2 : 1;
        });
    System.exit(command.execute(args));
  }
}
