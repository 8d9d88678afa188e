package dev.keelson.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that the table of traps names exist, and every row names one. */
class TrapTableTest {

  private static final Path PAGE = DocFiles.ROOT.resolve("docs/internals/traps.md");
  private static final Pattern ROW = Pattern.compile("\\| *(\\d+) *\\|.*");
  private static final Pattern NAMED = Pattern.compile("`(\\w+)\\.(\\w+)`");

  @Test
  void namedTestsExist() throws IOException {
    Map<String, String> sources = testSources();
    List<String> missing = new ArrayList<>();
    int rows = 0;
    for (String line : Files.readAllLines(PAGE)) {
      Matcher row = ROW.matcher(line);
      if (!row.matches()) {
        continue;
      }
      rows++;
      assertThat(row.group(1)).as(line).isEqualTo(Integer.toString(rows));
      Matcher named = NAMED.matcher(line.substring(line.lastIndexOf('|', line.length() - 2)));
      int tests = 0;
      while (named.find()) {
        tests++;
        if (!isTest(sources.getOrDefault(named.group(1), ""), named.group(2))) {
          missing.add(named.group());
        }
      }
      assertThat(tests).as(line).isPositive();
    }
    assertThat(missing).isEmpty();
    assertThat(rows).isGreaterThan(10);
  }

  /** Whether the source has a method of that name that JUnit runs. */
  private static boolean isTest(String source, String method) {
    String annotated = "@(?:Parameterized|Repeated)?Test\\b[^;{}]*(?:\\{[^;{}]*}[^;{}]*)?";
    return Pattern.compile(annotated + "\\bvoid " + method + "\\(").matcher(source).find();
  }

  /** Sources of test classes by simple name. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> tree = Files.walk(DocFiles.ROOT.resolve("src"))) {
      for (Path file : tree.filter(TrapTableTest::isTestSource).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        // two modules may have a test of the same name
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
    return sources;
  }

  private static boolean isTestSource(Path file) {
    String path = file.toString().replace('\\', '/');
    return path.contains("/src/test/java/")
        && path.endsWith(".java")
        && !path.endsWith("/package-info.java");
  }
}
