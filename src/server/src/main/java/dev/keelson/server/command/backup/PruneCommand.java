package dev.keelson.server.command.backup;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson backup prune}. */
@Command(
    name = "prune",
    description =
        "Removes the backups that no rule keeps; never the newest, nor the newest verified one.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PruneCommand implements Callable<Integer> {
  private static final Pattern AGE = Pattern.compile("(\\d{1,6})([dh])");

  @Mixin private BackupFlags flags = new BackupFlags();

  @Option(names = "--keep-last", paramLabel = "N", description = "Keep the newest N.")
  private int keepLast;

  @Option(names = "--daily", paramLabel = "N", description = "Keep the last of each of N days.")
  private int daily;

  @Option(names = "--weekly", paramLabel = "N", description = "Keep the last of each of N weeks.")
  private int weekly;

  @Option(names = "--monthly", paramLabel = "N", description = "Keep the last of each of N months.")
  private int monthly;

  @Option(
      names = "--max-age",
      paramLabel = "AGE",
      description =
          "Limit of daily, weekly and monthly, as in 90d or 36h, before the newest backup.")
  private @Nullable String ageMax;

  @Option(names = "--dry-run", description = "Only say what would be removed.")
  private boolean dryRun;

  @Override
  public Integer call() {
    return flags.run(this::prune);
  }

  private Report prune(BackupFlags.Session session) {
    Retention retention = retention();
    Catalog.Listing listing = session.catalog().list();
    // neither counted nor removed
    listing.unreadable().forEach(session.progress()::say);
    List<StoredBackup> all = listing.backups();
    Set<String> kept =
        retention.kept(
            all.stream()
                .map(
                    each ->
                        new Retention.Candidate(
                            each.id(),
                            each.manifest().startedAt(),
                            each.manifest().content().revision(),
                            each.verified()))
                .toList(),
            Instant.now());
    JsonArrayBuilder keptNames = Json.createArrayBuilder();
    JsonArrayBuilder prunedNames = Json.createArrayBuilder();
    StringBuilder text = new StringBuilder();
    for (StoredBackup each : all) {
      if (kept.contains(each.id())) {
        keptNames.add(each.id());
      } else {
        if (!dryRun) {
          session.catalog().delete(each.id());
        }
        prunedNames.add(each.id());
        text.append(dryRun ? "would remove " : "removed ").append(each.id());
        text.append(System.lineSeparator());
      }
    }
    return new Report(
        Report.success()
            .add("dryRun", dryRun)
            .add("kept", keptNames)
            .add("pruned", prunedNames)
            .build(),
        text.toString());
  }

  private Retention retention() {
    try {
      return new Retention(keepLast, daily, weekly, monthly, ageMax == null ? null : age(ageMax));
    } catch (IllegalArgumentException e) {
      throw new CommandException(ExitStatus.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  private static Duration age(String text) {
    Matcher age = AGE.matcher(text);
    if (!age.matches()) {
      throw new IllegalArgumentException("--max-age must be like 90d or 36h, not " + text);
    }
    long number = Long.parseLong(age.group(1));
    return age.group(2).equals("d") ? Duration.ofDays(number) : Duration.ofHours(number);
  }
}
