package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Family;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** What is looked at in a directory before RocksDB may touch it, and how a refusal is told. */
final class RocksFiles {
  private static final String DEFAULT_FAMILY = "default";

  private RocksFiles() {}

  /** Creates {@code directory} for its owner alone, or checks that its content may be ours. */
  static void prepare(Path directory, List<Family> families) {
    try {
      if (!Files.exists(directory)) {
        Files.createDirectories(directory, ownerOnly());
      }
      if (isEmpty(directory)) {
        return;
      }
    } catch (IOException e) {
      throw new BackendException("cannot use the directory " + directory + ": " + e, e);
    }
    if (!Files.exists(directory.resolve("CURRENT"))) {
      throw new BackendException(
          directory
              + " is not empty and holds no database (no file CURRENT); choose another directory,"
              + " or move the files away");
    }
    Set<String> known = new HashSet<>(families.stream().map(Family::name).toList());
    Set<String> found = existingFamilies(directory);
    boolean ours = found.stream().anyMatch(known::contains);
    if (!ours && !found.isEmpty()) {
      throw new BackendException(
          directory + " holds a database of another program, with families " + found);
    }
    found.removeAll(known);
    if (!found.isEmpty()) {
      throw new BackendException(
          directory
              + " holds families unknown to this version: "
              + found
              + "; it was written by a newer version: start that one"
              + " again, or go back to a copy of the data directory");
    }
  }

  static BackendException cannotOpen(Path directory, RocksDBException e) {
    String text = String.valueOf(e.getMessage());
    String remedy =
        text.contains("lock") || text.contains("LOCK")
            ? "; is another process using it?"
            : "; go back to a copy of the data directory, or start anew from a snapshot file";
    return new BackendException(
        "cannot open the database in " + directory + ": " + text + remedy, e);
  }

  private static Set<String> existingFamilies(Path directory) {
    try (Options options = new Options()) {
      Set<String> found = new HashSet<>();
      for (byte[] name : RocksDB.listColumnFamilies(options, directory.toString())) {
        found.add(new String(name, StandardCharsets.UTF_8));
      }
      found.remove(DEFAULT_FAMILY);
      return found;
    } catch (RocksDBException e) {
      throw cannotOpen(directory, e);
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }
}
