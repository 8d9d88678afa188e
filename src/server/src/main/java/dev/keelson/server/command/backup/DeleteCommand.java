package dev.keelson.server.command.backup;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code keelson backup delete}. */
@Command(
    name = "delete",
    description = "Removes a backup, whatever the rules of prune say.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DeleteCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ID", description = "Name of the backup.")
  private String id = "";

  @Mixin private BackupFlags flags = new BackupFlags();

  @Override
  public Integer call() {
    return flags.run(this::delete);
  }

  private Report delete(BackupFlags.Session session) {
    Catalog.requireId(id);
    session.catalog().delete(id);
    return new Report(Report.success().add("id", id).build(), "removed %s%n".formatted(id));
  }
}
