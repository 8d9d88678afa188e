package dev.keelson.server.command.snapshot;

import dev.keelson.kv.snapshot.SnapshotSummary;
import dev.keelson.server.command.ExitStatus;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson snapshot status}, with the output of {@code etcdutl snapshot status}. */
@Command(
    name = "status",
    description = "Prints hash, revision, number of keys and size of a snapshot file.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The snapshot file.")
  private Path file = Path.of("");

  @Option(
      names = {"-w", "--write-out"},
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private OutputFormat format = OutputFormat.simple;

  @Override
  public Integer call() {
    SnapshotSummary summary = SnapshotFile.of(file).read(SnapshotSummary::read);
    System.out.print(StatusText.of(summary, format));
    return ExitStatus.OK.code();
  }
}
