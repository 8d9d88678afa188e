package dev.keelson.server.command.backup;

import dev.keelson.node.MemberSeed;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import dev.keelson.server.command.snapshot.SnapshotFile;
import dev.keelson.server.command.snapshot.SnapshotRestore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads backups back from the store and checks them. */
final class Verifier {
  private final Catalog catalog;
  private final Transfer transfer;
  private final Path scratchDir;
  private final Clock clock;
  private final Progress progress;

  Verifier(Catalog catalog, Transfer transfer, Path scratchDir, Clock clock, Progress progress) {
    this.catalog = catalog;
    this.transfer = transfer;
    this.scratchDir = scratchDir;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Checks a backup and notes that in the store.
   *
   * @throws CommandException if it is not right
   */
  StoredBackup verify(StoredBackup backup, Verification.Mode mode) {
    return switch (mode) {
      case none -> backup;
      case checksum -> {
        transfer.fetch(backup.manifest(), OutputStream.nullOutputStream());
        yield catalog.verified(backup, verification(backup, mode, null));
      }
      case restore -> restore(backup);
    };
  }

  private StoredBackup restore(StoredBackup backup) {
    Manifest manifest = backup.manifest();
    try (Scratch scratch = Scratch.in(scratchDir)) {
      Path file = fetch(manifest, scratch);
      Member member = Member.newBuilder().setID(1).build();
      SnapshotRestore.Result result =
          new SnapshotRestore(SnapshotFile.of(file), progress)
              .tryOut(scratch.file("member"), new MemberSeed(List.of(member), member));
      String expected = manifest.content().digest();
      if (!expected.equals(result.digest())
          || result.revision() != manifest.content().revision()
          || result.compactRevision() != manifest.content().compactRevision()
          || result.keys() != manifest.content().keys()) {
        throw new CommandException(
            ExitStatus.BAD_DATA,
            "the backup %s was restored but is not what was saved: %d keys at revision %d with digest %s, expected %d at %d with %s"
                .formatted(
                    backup.id(),
                    result.keys(),
                    result.revision(),
                    result.digest(),
                    manifest.content().keys(),
                    manifest.content().revision(),
                    expected));
      }
      Integer hash = Objects.requireNonNull(result.hashKv(), "asked for");
      return catalog.verified(backup, verification(backup, Verification.Mode.restore, hash));
    }
  }

  private Verification verification(
      StoredBackup backup, Verification.Mode mode, @Nullable Integer hashKv) {
    return new Verification(mode, clock.instant(), hashKv, backup.manifest().stored().sha256());
  }

  /** Fetches a backup into a folder. */
  Path fetch(Manifest manifest, Scratch scratch) {
    Path file = scratch.file("snapshot.db");
    try (OutputStream out = Files.newOutputStream(file)) {
      transfer.fetch(manifest, out);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot write " + file + ": " + e.getMessage(), e);
    }
    return file;
  }
}
