package dev.keelson.operator.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A program that is run to its end.
 *
 * @param words the program and its arguments
 * @param environment more environment
 */
record Command(List<String> words, Map<String, String> environment) {
  /** How it ended, and all it printed on both streams. */
  record Result(int status, String output) {}

  static Command of(String... words) {
    return new Command(List.of(words), Map.of());
  }

  Command with(String name, Object value) {
    Map<String, String> more = new TreeMap<>(environment);
    more.put(name, value.toString());
    return new Command(words, more);
  }

  /** Runs it for so many seconds at most. */
  Result run(int seconds) {
    try {
      Path output = Files.createTempFile("e2e", ".out");
      ProcessBuilder builder =
          new ProcessBuilder(new ArrayList<>(words))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      try {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
          throw new AssertionError(words + " takes longer than " + seconds + " s");
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
      } finally {
        process.destroyForcibly();
        Files.delete(output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(words + " interrupted", e);
    }
  }

  /** Runs it and returns its output; a status other than 0 is an error. */
  String succeed(int seconds) {
    Result result = run(seconds);
    if (result.status != 0) {
      throw new AssertionError(words + " ended with " + result.status + ":\n" + result.output);
    }
    return result.output;
  }
}
