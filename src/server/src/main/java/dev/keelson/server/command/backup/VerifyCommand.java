package dev.keelson.server.command.backup;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson backup verify}. */
@Command(
    name = "verify",
    description = "Reads a backup back and checks it.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ID", description = "Name of the backup, or \"latest\".")
  private String id = "";

  @Mixin private BackupFlags flags = new BackupFlags();

  @Option(
      names = "--restore",
      description = "Also restore it into the scratch directory and compare the content.")
  private boolean restore;

  @Override
  public Integer call() {
    return flags.run(this::verify);
  }

  private Report verify(BackupFlags.Session session) {
    StoredBackup backup = session.catalog().require(id);
    Verification.Mode mode = restore ? Verification.Mode.restore : Verification.Mode.checksum;
    return Report.of(session.verifier().verify(backup, mode), "found right");
  }
}
