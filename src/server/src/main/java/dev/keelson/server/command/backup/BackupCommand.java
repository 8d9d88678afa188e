package dev.keelson.server.command.backup;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keelson backup}. */
@Command(
    name = "backup",
    description = "Makes, checks, prunes and restores backups in a folder or a bucket.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      CreateCommand.class,
      ListCommand.class,
      VerifyCommand.class,
      PruneCommand.class,
      DeleteCommand.class,
      RestoreCommand.class
    })
public final class BackupCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by the parser
  private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "one of " + spec.subcommands().keySet() + " is missing");
  }
}
