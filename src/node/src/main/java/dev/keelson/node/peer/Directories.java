package dev.keelson.node.peer;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** Directories that hold files only. */
public final class Directories {
  private Directories() {}

  static List<Path> list(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  /** Removes a directory with its files, or a file, if it exists. */
  public static void delete(Path path) throws IOException {
    for (Path each : list(path)) {
      delete(each);
    }
    Files.deleteIfExists(path);
  }

  /** The names in it are durable when this returns. */
  static void persist(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
