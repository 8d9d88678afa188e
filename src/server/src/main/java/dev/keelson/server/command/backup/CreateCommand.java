package dev.keelson.server.command.backup;

import dev.keelson.kv.snapshot.SnapshotSummary;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.snapshot.SnapshotFile;
import dev.keelson.server.command.source.MemberInfo;
import dev.keelson.server.command.source.Source;
import dev.keelson.server.command.source.SourceFlags;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson backup create}. */
@Command(
    name = "create",
    description = "Takes a snapshot of a cluster, checks it and stores it.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CreateCommand implements Callable<Integer> {
  private static final DateTimeFormatter ID_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int BUFFER_BYTES = 256 << 10;

  @Mixin private BackupFlags flags = new BackupFlags();
  @Mixin private SourceFlags source = new SourceFlags();

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Name of the backup (default: time and revision).")
  private @Nullable String id;

  @Option(
      names = "--verify",
      paramLabel = "MODE",
      description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Verification.Mode verify = Verification.Mode.restore;

  @Override
  public Integer call() {
    return flags.run(this::create);
  }

  private Report create(BackupFlags.Session session) {
    StoredBackup backup = id == null ? null : existing(session, id);
    String what = backup == null ? "stored" : "was already stored:";
    if (backup == null) {
      backup = store(session);
    }
    if (verify != Verification.Mode.none && !backup.verified()) {
      backup = session.verifier().verify(backup, verify);
    }
    return Report.of(backup, what);
  }

  /** A bucket that forbids to look does not tell what is missing from what is forbidden. */
  private static @Nullable StoredBackup existing(BackupFlags.Session session, String id) {
    Catalog.requireId(id);
    try {
      return session.catalog().find(id);
    } catch (CommandException e) {
      if (e.status() != ExitStatus.REFUSED) {
        throw e;
      }
      session.progress().say("cannot tell whether " + id + " exists: " + e.getMessage());
      return null;
    }
  }

  private StoredBackup store(BackupFlags.Session session) {
    Instant started = Instant.now();
    try (Scratch scratch = Scratch.in(session.scratchDir())) {
      Path file = scratch.file("snapshot.db");
      MemberInfo member = Source.save(source.sources(), file, session.progress());
      SnapshotSummary summary = SnapshotFile.of(file).read(SnapshotSummary::read);
      String name = id == null ? ID_TIME.format(started) + "-" + summary.revision() : id;
      Manifest.Content content =
          new Manifest.Content(
              summary.revision(),
              summary.compactRevision(),
              summary.keys(),
              summary.digest(),
              summary.storageVersion(),
              Files.size(file),
              sha256(file));
      Manifest.Stored stored = session.transfer().send(name, file);
      Manifest manifest =
          new Manifest(
              name,
              started,
              Instant.now(),
              new Manifest.Source(
                  Long.toHexString(member.clusterId()),
                  Long.toHexString(member.memberId()),
                  member.serverVersion()),
              content,
              stored);
      session.catalog().publish(manifest);
      return new StoredBackup(session.catalog().store().location(name), manifest, null);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot read the snapshot: " + e.getMessage(), e);
    }
  }

  private static String sha256(Path file) throws IOException {
    ObjectDigest digest = new ObjectDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return digest.hex();
  }
}
