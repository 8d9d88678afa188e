package dev.keelson.server.command.snapshot;

import dev.keelson.node.MemberSeed;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.Progress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags that say where a member is made and with which revision it begins; as in etcdutl. */
public final class RestoreFlags {
  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The data directory to make (default: NAME.keelson).")
  private @Nullable Path dataDir;

  @Option(
      names = "--wal-dir",
      paramLabel = "DIR",
      description = "The directory of the log (default: in the data directory).")
  private @Nullable Path walDir;

  @Option(
      names = "--bump-revision",
      paramLabel = "N",
      description = "Raise the revision by N, so that no client has seen it before.")
  private long bumpBy;

  @Option(
      names = "--mark-compacted",
      description = "Compact up to the raised revision, so that watchers read anew.")
  private boolean markCompacted;

  /**
   * Checks what can be checked before any work.
   *
   * @throws CommandException if the flags contradict each other, or a directory holds something
   */
  public void validate(MemberSeed seed) {
    if (bumpBy < 0) {
      throw CommandException.usage("--bump-revision must not be negative");
    }
    if (bumpBy > 0 && !markCompacted) {
      throw CommandException.usage("--mark-compacted required if --bump-revision > 0");
    }
    if (bumpBy == 0 && markCompacted) {
      throw CommandException.usage("--mark-compacted disallowed without --bump-revision > 0");
    }
    RestoreTarget.requireFree(directory(seed), logDirectory(seed));
  }

  /** Whether there is a member already; a directory gets its log last, when it is complete. */
  public boolean finished(MemberSeed seed) {
    Path log = logDirectory(seed);
    Path data = directory(seed);
    return Files.isDirectory(data.resolve(MemberSeed.STATE))
        && Files.isDirectory(log == null ? data.resolve(MemberSeed.LOG) : log);
  }

  private Path directory(MemberSeed seed) {
    return dataDir == null
        ? Path.of(seed.self().getMemberAttributes().getName() + ".keelson")
        : dataDir;
  }

  /** Null for the usual place. */
  private @Nullable Path logDirectory(MemberSeed seed) {
    Path usual = directory(seed).resolve(MemberSeed.LOG).toAbsolutePath().normalize();
    return walDir == null || walDir.toAbsolutePath().normalize().equals(usual) ? null : walDir;
  }

  /**
   * Restores a file, and says what was done.
   *
   * @param check of the file, which may be under way
   */
  public SnapshotRestore.Result restore(
      SnapshotFile file, DigestCheck check, MemberSeed seed, Progress progress) {
    Path directory = directory(seed);
    SnapshotRestore.Result result =
        new SnapshotRestore(file, progress)
            .into(directory, logDirectory(seed), seed, bumpBy, check);
    progress.say(
        "restored %d keys at revision %d%s into %s for member %s (%s) of cluster %s"
            .formatted(
                result.keys(),
                result.revision(),
                result.compactRevision() < 0
                    ? ""
                    : ", compacted at " + result.compactRevision() + ",",
                directory,
                seed.self().getMemberAttributes().getName(),
                Long.toHexString(seed.self().getID()),
                Long.toHexString(seed.clusterId())));
    return result;
  }
}
