package dev.keelson.server.command.snapshot;

import dev.keelson.node.MemberSeed;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.storage.disk.FileDisk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a member in the making. They are filled under another name and get their own
 * only when they are complete and durable:
 *
 * <ul>
 *   <li>a data directory that does not exist is made beside its place and renamed;
 *   <li>one that exists, perhaps the root of a volume, is filled in a folder inside of it, whose
 *       parts are then moved up, the log last: without it no member starts.
 * </ul>
 *
 * A log with a place of its own gets it before the data directory does; without the latter no
 * member starts on it either.
 */
final class RestoreTarget implements Closeable {
  private static final String UNFINISHED = ".restoring";

  /** What a file system may put into its root. */
  private static final List<String> NOT_DATA = List.of(UNFINISHED, "lost+found");

  private final Path dataDir;
  private final @Nullable Path walDir;
  private final Path work;
  private final boolean inside;
  private final Closeable lock;
  private boolean published;

  private RestoreTarget(
      Path dataDir, @Nullable Path walDir, Path work, boolean inside, Closeable lock) {
    this.dataDir = dataDir;
    this.walDir = walDir;
    this.work = work;
    this.inside = inside;
    this.lock = lock;
  }

  /**
   * Begins; what an attempt before has left unfinished is removed.
   *
   * @throws CommandException if one of the directories holds something, or cannot be written
   */
  static RestoreTarget prepare(Path dataDir, @Nullable Path walDir) {
    requireFree(dataDir, walDir);
    Path data = dataDir.toAbsolutePath().normalize();
    Path wal = walDir == null ? null : walDir.toAbsolutePath().normalize();
    try {
      boolean inside = Files.exists(data);
      Path work = inside ? data.resolve(UNFINISHED) : beside(data);
      Closeable lock = FileDisk.open(work).lock("lock");
      try {
        removeContent(work);
        if (wal != null) {
          remove(beside(wal));
        }
      } catch (IOException e) {
        lock.close();
        throw e;
      }
      return new RestoreTarget(data, wal, work, inside, lock);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot write to " + data + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks that nothing is in the way.
   *
   * @throws CommandException if one of the directories holds something, or cannot be read
   */
  static void requireFree(Path dataDir, @Nullable Path walDir) {
    Path data = dataDir.toAbsolutePath().normalize();
    try {
      requireEmpty(data);
      if (walDir != null) {
        Path wal = walDir.toAbsolutePath().normalize();
        if (wal.startsWith(data)) {
          throw CommandException.usage(
              "--wal-dir " + wal + " must not be in the data directory " + data);
        }
        requireEmpty(wal);
      }
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot read " + data + ": " + e.getMessage(), e);
    }
  }

  private static void requireEmpty(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw new CommandException(ExitStatus.REFUSED, directory + " is not a directory");
    }
    try (Stream<Path> files = Files.list(directory)) {
      if (files.anyMatch(each -> !NOT_DATA.contains(each.getFileName().toString()))) {
        throw new CommandException(
            ExitStatus.REFUSED,
            directory + " is not empty: choose another directory, or move its content away");
      }
    }
  }

  private static Path beside(Path directory) {
    return directory.resolveSibling("." + directory.getFileName() + UNFINISHED);
  }

  /** Where the state machine is to be made. */
  Path state() {
    return work.resolve(MemberSeed.STATE);
  }

  /** Where the log is to be made. */
  Path log() {
    return walDir == null ? work.resolve(MemberSeed.LOG) : beside(walDir);
  }

  /** Gives the directories, which are complete and durable, their names. */
  void publish() throws IOException {
    if (walDir != null) {
      if (inside) {
        move(state(), dataDir.resolve(MemberSeed.STATE));
      }
      move(beside(walDir), walDir);
      persist(parent(walDir));
    } else if (inside) {
      move(state(), dataDir.resolve(MemberSeed.STATE));
      persist(dataDir);
      move(log(), dataDir.resolve(MemberSeed.LOG));
    }
    if (inside) {
      persist(dataDir);
    } else {
      persist(work);
      move(work, dataDir);
      persist(parent(dataDir));
    }
    published = true;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Path parent(Path directory) {
    return Objects.requireNonNull(directory.getParent(), "not the root of the file system");
  }

  private static void persist(Path directory) throws IOException {
    FileDisk.open(directory).persistDirectory("");
  }

  /** Removes what is not published. */
  @Override
  public void close() throws IOException {
    lock.close();
    if (inside || !published) {
      remove(work);
    }
    if (!published && walDir != null) {
      remove(beside(walDir));
    }
  }

  private static void removeContent(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path each : files.filter(file -> !file.endsWith("lock")).toList()) {
        remove(each);
      }
    }
  }

  private static void remove(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    Files.walkFileTree(
        tree,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
