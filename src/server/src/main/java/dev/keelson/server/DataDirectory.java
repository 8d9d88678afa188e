package dev.keelson.server;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.Validation;
import dev.keelson.server.member.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;

/** Checks the data directory before the member opens it. */
final class DataDirectory {

  private DataDirectory() {}

  /**
   * Creates the directory if need be, readable by its owner only.
   *
   * @throws StartException when it cannot be written, or when it is new and the bootstrap options
   *     contradict each other
   */
  static void prepare(Configuration configuration) {
    Path directory = configuration.dataDir();
    boolean fresh;
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      fresh = isEmpty(directory);
      Files.delete(Files.createTempFile(directory, ".touch", ""));
    } catch (IOException e) {
      String reason = e.getClass().getSimpleName() + ": " + e.getMessage();
      throw new StartException(
          "cannot write to the data directory %s (%s): change its owner or --data-dir"
              .formatted(directory, reason),
          Map.of("path", directory.toString(), "error", reason));
    }
    if (fresh) {
      Validation.bootstrapProblem(configuration, configuration.initialCluster())
          .ifPresent(
              problem -> {
                throw new StartException(problem, Map.of("path", directory.toString()));
              });
    }
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findAny().isEmpty();
    }
  }
}
