package dev.keelson.server.command.backup;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for the time of one command. */
final class Scratch implements AutoCloseable {
  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  /** Makes one in a folder, which is made if it does not exist. */
  static Scratch in(Path parent) {
    try {
      Files.createDirectories(parent);
      return new Scratch(Files.createTempDirectory(parent, "keelson-backup-"));
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot use --scratch-dir " + parent + ": " + e.getMessage(), e);
    }
  }

  /** A place in it. */
  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path each : all) {
        Files.deleteIfExists(each);
      }
    } catch (IOException e) {
      System.err.println("keelson: cannot remove " + folder + ": " + e.getMessage());
    }
  }
}
