package dev.keelson.server.command.backup;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import dev.keelson.server.command.archive.ArchiveException;
import dev.keelson.server.command.archive.ArchiveInput;
import dev.keelson.server.command.archive.ArchiveOutput;
import dev.keelson.server.command.archive.BackupKey;
import dev.keelson.server.command.store.BackupStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Brings snapshots into a store and back. */
final class Transfer {
  private static final int BUFFER_BYTES = 256 << 10;

  private final BackupStore store;
  private final @Nullable BackupKey key;
  private final Progress progress;

  Transfer(BackupStore store, @Nullable BackupKey key, Progress progress) {
    this.store = store;
    this.key = key;
    this.progress = progress;
  }

  /** Stores a snapshot file. */
  Manifest.Stored send(String id, Path snapshot) {
    String name = Catalog.data(id);
    ObjectDigest digest = new ObjectDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(snapshot);
        BackupStore.Upload upload = store.create(name)) {
      long size = Files.size(snapshot);
      ArchiveOutput out = new ArchiveOutput(digest.on(upload), key);
      long sent = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        sent += read;
        progress.update("storing", sent, size);
      }
      out.finish();
      upload.complete();
      return new Manifest.Stored(digest.bytes(), digest.hex(), key == null ? "" : key.id());
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE,
          "cannot store " + store.location(name) + ": " + e.getMessage(),
          e);
    }
  }

  /**
   * Reads a backup back.
   *
   * @param target gets the snapshot file
   * @throws CommandException if it is not what the manifest says
   */
  void fetch(Manifest manifest, OutputStream target) {
    String name = Catalog.data(manifest.id());
    requireKey(manifest);
    ObjectDigest stored = new ObjectDigest();
    ObjectDigest content = new ObjectDigest();
    try (InputStream in = store.open(name)) {
      if (in == null) {
        throw damaged(manifest, "its data is missing");
      }
      ArchiveInput archive = new ArchiveInput(stored.on(in), key);
      for (ByteBuffer part = archive.next(); part != null; part = archive.next()) {
        content.update(part.array(), part.arrayOffset() + part.position(), part.remaining());
        target.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
        progress.update("reading back", content.bytes(), manifest.content().bytes());
      }
    } catch (ArchiveException e) {
      throw damaged(manifest, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "reading " + store.location(name) + ": " + e.getMessage(), e);
    }
    if (!stored.hex().equals(manifest.stored().sha256())) {
      throw damaged(manifest, "its SHA-256 is not that of the manifest");
    }
    if (!content.hex().equals(manifest.content().sha256())) {
      throw damaged(manifest, "the SHA-256 of the snapshot in it is not that of the manifest");
    }
  }

  private void requireKey(Manifest manifest) {
    String needed = manifest.stored().keyId();
    if (!needed.isEmpty() && (key == null || !key.id().equals(needed))) {
      throw new CommandException(
          ExitStatus.BAD_DATA,
          "the backup %s is encrypted with the key %s; --key-file %s"
              .formatted(
                  manifest.id(),
                  needed,
                  key == null ? "is not given" : "holds the key " + key.id()));
    }
  }

  private static CommandException damaged(Manifest manifest, String problem) {
    return new CommandException(
        ExitStatus.BAD_DATA, "the backup " + manifest.id() + " is damaged: " + problem);
  }
}
