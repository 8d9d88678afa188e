package dev.keelson.operator.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A page whose {@code console} blocks are run from top to bottom: a line that begins with {@code $}
 * is a command, what follows up to the next one is its output. Numbers, identities and times differ
 * from run to run, all else has to be what the page shows. Blocks marked {@code console recorded}
 * are run and written down too, but not compared: they show an order of events, for example, that
 * need not be the same again.
 */
final class Walkthrough {
  private static final String FENCE = "```";
  private static final String CONSOLE = FENCE + "console";
  private static final String PROMPT = "$ ";

  /** One command, what it printed, and what the page says. */
  private record Step(String command, String printed, String expected, boolean compared) {}

  private final Path page;
  private final Map<String, String> environment;
  private final int limitSeconds;
  private final Map<String, String> outputs = new TreeMap<>();
  private final List<Step> steps = new ArrayList<>();

  /**
   * A page that was not run yet.
   *
   * @param environment what the shell gets in addition
   * @param limitSeconds the longest time for one command
   */
  Walkthrough(Path page, Map<String, String> environment, int limitSeconds) {
    this.page = page;
    this.environment = environment;
    this.limitSeconds = limitSeconds;
  }

  /** Runs all commands and returns the page with what they printed. */
  String run() throws IOException {
    StringBuilder written = new StringBuilder();
    List<String> lines = Files.readAllLines(page);
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at);
      written.append(line).append('\n');
      if (line.startsWith(CONSOLE)) {
        int end = at + 1;
        while (!lines.get(end).equals(FENCE)) {
          end++;
        }
        block(lines.subList(at + 1, end), line.equals(CONSOLE), written);
        at = end - 1;
      }
    }
    return written.toString();
  }

  private void block(List<String> lines, boolean compared, StringBuilder written) {
    int at = 0;
    while (at < lines.size()) {
      String command = lines.get(at);
      assertThat(command).as("the first line of a block").startsWith(PROMPT);
      int end = at + 1;
      while (end < lines.size() && !lines.get(end).startsWith(PROMPT)) {
        end++;
      }
      String printed = execute(command.substring(PROMPT.length()));
      String expected = String.join("\n", lines.subList(at + 1, end));
      steps.add(new Step(command, printed, expected, compared));
      written.append(command).append('\n').append(printed);
      if (!printed.isEmpty()) {
        written.append('\n');
      }
      at = end;
    }
  }

  private String execute(String command) {
    Command shell =
        Command.of("bash", "-c", "set -o pipefail; cd '" + LocalRig.root() + "'; " + command);
    for (Map.Entry<String, String> variable : environment.entrySet()) {
      shell = shell.with(variable.getKey(), variable.getValue());
    }
    String printed = shell.succeed(limitSeconds).stripTrailing();
    outputs.put(command, printed);
    return printed;
  }

  /** What a command printed that contains a text. */
  String output(String part) {
    return outputs.entrySet().stream()
        .filter(output -> output.getKey().contains(part))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow();
  }

  /** The page shows what was printed. */
  void compare() {
    for (Step step : steps) {
      if (step.compared) {
        assertThat(stable(step.printed)).as(step.command).isEqualTo(stable(step.expected));
      }
    }
  }

  /** Without what differs from run to run. */
  private static String stable(String text) {
    return text.replaceAll("\\b[0-9a-f]{8,16}\\b", "#")
        .replaceAll("\\b(\\d+[dhms])+\\b", "#")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "#")
        .replaceAll("\\d+(\\.\\d+)*", "#")
        .replaceAll("-{2,}", "-")
        .replaceAll("[ \t]+", " ")
        .replaceAll(" \n", "\n")
        .strip();
  }
}
