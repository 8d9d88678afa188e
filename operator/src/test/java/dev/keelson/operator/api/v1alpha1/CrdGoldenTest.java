package dev.keelson.operator.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What the build generates is what {@code k8s/crds} holds. {@code -Dcrds.update=true} copies the
 * one over the other; the difference is then for review.
 */
final class CrdGoldenTest {
  private static final Path GENERATED = Path.of(System.getProperty("crds.generated"));
  private static final Path GOLDEN = Path.of(System.getProperty("crds.golden"));

  @Test
  void theCommittedDefinitionsAreThoseOfTheClasses() throws IOException {
    if (Boolean.getBoolean("crds.update")) {
      Files.createDirectories(GOLDEN);
      for (String name : names(GENERATED)) {
        Files.write(GOLDEN.resolve(name), Files.readAllBytes(GENERATED.resolve(name)));
      }
    }
    assertThat(names(GOLDEN)).isEqualTo(names(GENERATED)).hasSize(3);
    for (String name : names(GENERATED)) {
      assertThat(GOLDEN.resolve(name))
          .as("%s is stale; run this test with -Dcrds.update=true", name)
          .hasSameTextualContentAs(GENERATED.resolve(name));
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
