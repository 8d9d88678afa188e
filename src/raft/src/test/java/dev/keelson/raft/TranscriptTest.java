package dev.keelson.raft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs the transcripts under {@code testdata}: a command, {@code ----}, what it printed, an empty
 * line. {@code -Draft.rewrite=true} writes down what is printed now; the diff is the review.
 */
final class TranscriptTest {
  private static final Path TESTDATA = Path.of("src", "test", "resources", "testdata");
  private static final String SEPARATOR = "----";

  static List<String> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(TESTDATA)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void plays(String name) throws IOException {
    Path file = TESTDATA.resolve(name);
    String expected = Files.readString(file, UTF_8);
    String actual = play(expected);
    if (Boolean.getBoolean("raft.rewrite")) {
      Files.writeString(file, actual, UTF_8);
    } else {
      assertThat(actual).isEqualTo(expected);
    }
  }

  private static String play(String text) {
    Transcript transcript = new Transcript();
    StringBuilder actual = new StringBuilder();
    Iterator<String> lines = text.lines().iterator();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.isBlank() || line.startsWith("#")) {
        actual.append(line).append('\n');
        continue;
      }
      actual.append(line).append('\n').append(SEPARATOR).append('\n');
      actual.append(transcript.run(line)).append('\n');
      skipOldOutput(lines);
    }
    return actual.toString();
  }

  private static void skipOldOutput(Iterator<String> lines) {
    while (lines.hasNext() && !lines.next().isBlank()) {
      // Old output ends at the empty line.
    }
  }
}
