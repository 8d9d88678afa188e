package dev.keelson.server.command.snapshot;

import dev.keelson.node.MemberSeed;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson snapshot restore}, with the flags of {@code etcdutl snapshot restore}. */
@Command(
    name = "restore",
    description = "Makes a data directory from a snapshot file of Keelson or etcd.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RestoreCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The snapshot file.")
  private Path file = Path.of("");

  @Mixin private RestoreFlags target = new RestoreFlags();
  @Mixin private NewCluster cluster = new NewCluster();

  @Option(
      names = "--skip-hash-check",
      description = "Do not check the SHA-256 at the end; needed for a copied database file.")
  private boolean skipHashCheck;

  @Override
  public Integer call() {
    MemberSeed seed = cluster.seed();
    target.validate(seed);
    SnapshotFile snapshot = SnapshotFile.of(file);
    try (DigestCheck check = skipHashCheck ? DigestCheck.none() : DigestCheck.start(snapshot)) {
      var _ = target.restore(snapshot, check, seed, Progress.onStderr());
    }
    return ExitStatus.OK.code();
  }
}
