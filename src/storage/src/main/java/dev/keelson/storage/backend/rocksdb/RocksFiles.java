package dev.keelson.storage.backend.rocksdb;

import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.Family;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
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

  /** Where contents are that replaced those of {@code directory}. */
  static Path numbered(Path directory, int number) {
    return directory.resolveSibling(directory.getFileName() + "." + number);
  }

  /** Gives a directory another name, durably. */
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    persistNames(to);
    if (!parent(from).equals(parent(to))) {
      persistNames(from);
    }
  }

  private static void persistNames(Path of) throws IOException {
    try (FileChannel channel = FileChannel.open(parent(of), StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path parent(Path of) {
    Path parent = of.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException("a database cannot be the root of a file system");
    }
    return parent;
  }

  /** Brings the newest contents, if they were replaced, back to {@code directory} alone. */
  static void settle(Path directory) {
    try {
      TreeMap<Integer, Path> found = new TreeMap<>();
      String prefix = directory.getFileName() + ".";
      if (!Files.isDirectory(parent(directory))) {
        return;
      }
      try (Stream<Path> siblings = Files.list(parent(directory))) {
        for (Path sibling : siblings.toList()) {
          String name = sibling.getFileName().toString();
          if (name.startsWith(prefix)
              && name.substring(prefix.length()).matches("[1-9][0-9]{0,8}")) {
            found.put(Integer.valueOf(name.substring(prefix.length())), sibling);
          }
        }
      }
      if (found.isEmpty()) {
        return;
      }
      Path newest = found.pollLastEntry().getValue();
      delete(directory);
      for (Path older : found.values()) {
        delete(older);
      }
      move(newest, directory);
    } catch (IOException e) {
      throw new BackendException("cannot use the directory " + directory + ": " + e, e);
    }
  }

  /** Removes a directory of files, if it exists. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
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
