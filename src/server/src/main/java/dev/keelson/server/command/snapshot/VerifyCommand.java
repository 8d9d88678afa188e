package dev.keelson.server.command.snapshot;

import dev.keelson.kv.snapshot.SnapshotSummary;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson snapshot verify}. */
@Command(
    name = "verify",
    description =
        "Reads all of a snapshot file: its SHA-256, every page and every row; prints the digest of"
            + " the content, which is the same for every file with that content.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The snapshot file.")
  private Path file = Path.of("");

  @Option(
      names = "--skip-hash-check",
      description = "Do not check the SHA-256 at the end; needed for a copied database file.")
  private boolean skipHashCheck;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    SnapshotFile snapshot = SnapshotFile.of(file);
    String sha256 = skipHashCheck ? "" : snapshot.checkDigest(Progress.onStderr());
    SnapshotSummary summary = snapshot.read(SnapshotSummary::read);
    String text =
        json
            ? "{\"verified\":true,\"sha256\":\"%s\",\"digest\":\"%s\",\"revision\":%d,\"compactRevision\":%d,\"keys\":%d,\"rows\":%d,\"sizeBytes\":%d,\"version\":\"%s\"}%n"
            : "verified%nsha256: %s%ndigest: %s%nrevision: %d%ncompact revision: %d%nkeys: %d%nrows: %d%nsize: %d%nversion: %s%n";
    System.out.printf(
        text,
        sha256,
        summary.digest(),
        summary.revision(),
        summary.compactRevision(),
        summary.keys(),
        summary.rows(),
        summary.sizeBytes(),
        summary.storageVersion());
    return ExitStatus.OK.code();
  }
}
