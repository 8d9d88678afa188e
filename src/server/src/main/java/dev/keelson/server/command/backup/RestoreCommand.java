package dev.keelson.server.command.backup;

import dev.keelson.node.MemberSeed;
import dev.keelson.server.command.snapshot.DigestCheck;
import dev.keelson.server.command.snapshot.NewCluster;
import dev.keelson.server.command.snapshot.RestoreFlags;
import dev.keelson.server.command.snapshot.SnapshotFile;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson backup restore}. */
@Command(
    name = "restore",
    description = "Makes a data directory from a backup.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "ID", description = "Name of the backup, or \"latest\".")
  private String id = "";

  @Mixin private BackupFlags flags = new BackupFlags();
  @Mixin private RestoreFlags target = new RestoreFlags();
  @Mixin private NewCluster cluster = new NewCluster();

  @Option(
      names = "--skip-existing",
      description = "Do nothing, successfully, if the directory holds a member already.")
  private boolean skipExisting;

  @Override
  public Integer call() {
    return flags.run(this::restore);
  }

  private Report restore(BackupFlags.Session session) {
    MemberSeed seed = cluster.seed();
    if (skipExisting && target.finished(seed)) {
      return new Report(
          Report.success().add("skipped", true).build(),
          "nothing to do: there is a member already%n".formatted());
    }
    target.validate(seed);
    StoredBackup backup = session.catalog().require(id);
    try (Scratch scratch = Scratch.in(session.scratchDir())) {
      SnapshotFile file = SnapshotFile.of(session.verifier().fetch(backup.manifest(), scratch));
      var _ = target.restore(file, DigestCheck.none(), seed, session.progress());
      return Report.of(backup, "restored");
    }
  }
}
