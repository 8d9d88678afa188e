package dev.keelson.server.command.backup;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code keelson backup list}. */
@Command(
    name = "list",
    description = "Lists the complete backups of a store, newest first.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ListCommand implements Callable<Integer> {
  @Mixin private BackupFlags flags = new BackupFlags();

  @Override
  public Integer call() {
    return flags.run(ListCommand::list);
  }

  private static Report list(BackupFlags.Session session) {
    JsonArrayBuilder json = Json.createArrayBuilder();
    StringBuilder text = new StringBuilder();
    Catalog.Listing all = session.catalog().list();
    all.unreadable().forEach(session.progress()::say);
    for (StoredBackup each : all.backups()) {
      json.add(each.describe(Json.createObjectBuilder()));
      text.append(
          "%s  revision %d  %d keys  %d bytes  %s  %s%n"
              .formatted(
                  each.id(),
                  each.manifest().content().revision(),
                  each.manifest().content().keys(),
                  each.manifest().stored().bytes(),
                  each.manifest().startedAt(),
                  each.verified() ? "verified" : "not verified"));
    }
    return new Report(json.build(), text.toString());
  }
}
