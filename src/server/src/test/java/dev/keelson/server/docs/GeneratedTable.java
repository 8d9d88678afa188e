package dev.keelson.server.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * A table of {@code docs/compatibility.md} between two marker comments. It has to be what the
 * program says; with {@code -Dcompatibility.rewrite=true} it is made so.
 */
final class GeneratedTable {

  private static final String REWRITE = "compatibility.rewrite";

  private final String name;
  private final List<String> lines = new ArrayList<>();

  GeneratedTable(String name, String... headings) {
    this.name = name;
    row(headings);
    lines.add("|" + "---|".repeat(headings.length));
  }

  void row(String... cells) {
    lines.add("| " + String.join(" | ", cells).replace("\n", " ") + " |");
  }

  void verify() throws IOException {
    String text = Files.readString(DocFiles.COMPATIBILITY);
    String begin = "<!-- begin " + name + " -->\n";
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf("<!-- end " + name + " -->");
    assertThat(from >= begin.length() && to >= from).as("markers of " + name).isTrue();
    String wanted = String.join("\n", lines) + "\n";
    if (Boolean.getBoolean(REWRITE)) {
      Files.writeString(
          DocFiles.COMPATIBILITY, text.substring(0, from) + wanted + text.substring(to));
    } else {
      assertThat(text.substring(from, to))
          .as("the table of %s; regenerate it with -D%s=true", name, REWRITE)
          .isEqualTo(wanted);
    }
  }
}
