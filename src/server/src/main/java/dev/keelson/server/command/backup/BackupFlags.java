package dev.keelson.server.command.backup;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import dev.keelson.server.command.archive.BackupKey;
import dev.keelson.server.command.store.BackupStore;
import dev.keelson.server.command.store.StoreFlags;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The flags of all subcommands of {@code keelson backup}. */
final class BackupFlags {
  @Mixin private StoreFlags store = new StoreFlags();

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File with the 256-bit key that backups are encrypted with.")
  private @Nullable Path keyFile;

  @Option(
      names = "--scratch-dir",
      paramLabel = "DIR",
      description = "Where the snapshot lies while it is checked (default: the system's).")
  private @Nullable Path scratchDir;

  @Option(names = "--json", description = "Print JSON on stdout.")
  private boolean json;

  @Option(
      names = "--result-file",
      paramLabel = "FILE",
      description = "Write the JSON to this file too.")
  private @Nullable Path resultFile;

  /** What a subcommand works with. */
  record Session(
      Catalog catalog, Transfer transfer, Verifier verifier, Path scratchDir, Progress progress) {}

  /** What a subcommand does. */
  interface Work {
    /**
     * Does it.
     *
     * @throws CommandException if that fails
     */
    Report with(Session session);
  }

  /** Opens the store, does the work, and reports how it went. */
  int run(Work work) {
    Reporter reporter = new Reporter(json, resultFile);
    Progress progress = Progress.onStderr();
    try (BackupStore opened = store.open()) {
      BackupKey key = keyFile == null ? null : BackupKey.read(keyFile);
      Path scratch =
          scratchDir == null ? Path.of(System.getProperty("java.io.tmpdir")) : scratchDir;
      Clock clock = Clock.systemUTC();
      Catalog catalog = new Catalog(opened, clock);
      Transfer transfer = new Transfer(opened, key, progress);
      Verifier verifier = new Verifier(catalog, transfer, scratch, clock, progress);
      reporter.succeeded(work.with(new Session(catalog, transfer, verifier, scratch, progress)));
      return ExitStatus.OK.code();
    } catch (CommandException e) {
      reporter.failed(e);
      throw e;
    } catch (RuntimeException e) {
      reporter.failed(new CommandException(ExitStatus.FAILED, e.toString(), e));
      throw e;
    }
  }
}
