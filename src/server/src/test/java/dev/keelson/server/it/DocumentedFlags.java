package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.sim.process.ServerProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Flags as a page of the documentation tells people to give them. */
final class DocumentedFlags {
  private DocumentedFlags() {}

  /**
   * The flags of the first command of a program on a page.
   *
   * @param inPlaceOf what stands on the page, and what holds here; each must occur
   */
  static List<String> of(String page, String program, Map<String, String> inPlaceOf) {
    String command = command(page, program);
    for (Map.Entry<String, String> one : inPlaceOf.entrySet()) {
      assertThat(command).contains(one.getKey());
      command = command.replace(one.getKey(), one.getValue());
    }
    return Arrays.stream(command.split("\\s+", -1)).filter(word -> word.startsWith("--")).toList();
  }

  private static String command(String page, String program) {
    Path file = ServerProgram.repositoryRoot().orElseThrow().resolve(page);
    try {
      String text = Files.readString(file).replace("\\\n", " ");
      int begin = text.indexOf("```\n" + program + " ");
      assertThat(begin).as("a block of %s in %s", program, page).isNotNegative();
      return text.substring(begin, text.indexOf('\n', begin + 4));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
