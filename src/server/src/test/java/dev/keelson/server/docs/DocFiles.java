package dev.keelson.server.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Where the documentation is. */
final class DocFiles {

  /** Surefire runs tests in the module's folder. */
  static final Path ROOT = Path.of(System.getProperty("basedir", ".")).resolve("../..").normalize();

  static final Path COMPATIBILITY = ROOT.resolve("docs/compatibility.md");

  private DocFiles() {}

  /** The README and everything below {@code docs}. */
  static List<Path> markdown() throws IOException {
    List<Path> files = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> tree = Files.walk(ROOT.resolve("docs"))) {
      tree.filter(file -> file.toString().endsWith(".md")).sorted().forEach(files::add);
    }
    return files;
  }
}
