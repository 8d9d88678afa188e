package dev.keelson.sim.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A program that serves etcd's v3 API and takes etcd's flags.
 *
 * @param name what it is called in messages and folder names
 * @param executable the file to run
 * @param arguments put before every other argument
 */
public record ServerProgram(String name, Path executable, List<String> arguments) {
  private static final String ETCD_BIN_VARIABLE = "KEELSON_ETCD_BIN";

  /** Copies the arguments. */
  public ServerProgram {
    arguments = List.copyOf(arguments);
  }

  /** The reference implementation, if this machine has it. */
  public static Optional<ServerProgram> etcd() {
    return etcdTool("etcd").map(file -> new ServerProgram("etcd", file, List.of()));
  }

  /** This repository's own server, through its launcher. */
  public static Optional<ServerProgram> keelson() {
    return repositoryRoot()
        .map(root -> root.resolve("keelson"))
        .filter(Files::isExecutable)
        .map(launcher -> new ServerProgram("keelson", launcher, List.of()));
  }

  /**
   * One of etcd's programs: {@code etcd}, {@code etcdctl} or {@code etcdutl}. Looked for in the
   * folder that the environment variable {@code KEELSON_ETCD_BIN} names, on PATH, and where {@code
   * .ci/get-etcd} unpacks it.
   */
  public static Optional<Path> etcdTool(String tool) {
    String configured = System.getenv(ETCD_BIN_VARIABLE);
    if (configured != null && !configured.isBlank()) {
      Path file = Path.of(configured, tool);
      return Files.isExecutable(file) ? Optional.of(file) : Optional.empty();
    }
    String searchPath = System.getenv("PATH");
    if (searchPath != null) {
      for (String folder : searchPath.split(":", -1)) {
        Path file = Path.of(folder, tool);
        if (!folder.isEmpty() && Files.isExecutable(file)) {
          return Optional.of(file);
        }
      }
    }
    Path cached =
        Path.of(System.getProperty("user.home"), ".cache", "keelson", "etcd", "bin", tool);
    return Files.isExecutable(cached) ? Optional.of(cached) : Optional.empty();
  }

  /** The root of the checkout, found upwards from the working directory by its Maven wrapper. */
  public static Optional<Path> repositoryRoot() {
    for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
      if (Files.isRegularFile(folder.resolve("mvnw"))
          && Files.isDirectory(folder.resolve(".mvn"))) {
        return Optional.of(folder);
      }
    }
    return Optional.empty();
  }
}
