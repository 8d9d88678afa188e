package dev.keelson.server.command.snapshot;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keelson snapshot}. */
@Command(
    name = "snapshot",
    description = "Saves, checks and restores snapshot files, in etcd's format.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SaveCommand.class,
      RestoreCommand.class,
      StatusCommand.class,
      VerifyCommand.class
    })
public final class SnapshotCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by the parser
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "one of " + spec.subcommands().keySet() + " is missing");
  }
}
