package dev.keelson.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The two servers on the command line, and where what is measured goes. */
final class TargetOptions {
  @Option(names = "--a-name", defaultValue = "A", description = "Name of the first server.")
  String aName = "A";

  @Option(names = "--b-name", defaultValue = "B", description = "Name of the second server.")
  String bName = "B";

  @Option(names = "--a-start", description = "Binary of the first server, with etcd's flags.")
  @Nullable Path aStart;

  @Option(names = "--b-start", description = "Binary of the second server, with etcd's flags.")
  @Nullable Path bStart;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "Rounds of A then B (default ${DEFAULT-VALUE}).")
  int rounds;

  @Option(
      names = "--value-bytes",
      defaultValue = "256",
      description = "Size of values (default ${DEFAULT-VALUE}).")
  int valueBytes;

  @Option(
      names = "--scratch",
      required = true,
      description =
          "Directory on a real disk for the servers' data; what is made there is deleted.")
  Path scratch = Path.of("");

  @Option(names = "--results", required = true, description = "File that gets the JSON lines.")
  Path results = Path.of("");

  @Option(names = "--note", defaultValue = "", description = "Text for the results' first line.")
  String note = "";

  @Option(
      names = "--only-target",
      description = "Measures the server of this name only (not the comparison of loads).")
  @Nullable String onlyTarget;

  /** Whether the server of this name is to be measured. */
  boolean measures(String name) {
    return onlyTarget == null || onlyTarget.equals(name);
  }

  /** Refuses what cannot be measured. */
  void check() {
    if (aName.equals(bName)) {
      throw new IllegalArgumentException("the two servers need different names");
    }
    if (valueBytes < Long.BYTES || valueBytes > 1 << 20) {
      throw new IllegalArgumentException("--value-bytes must be from 8 to 1048576");
    }
    if (rounds < 1 || rounds > 100) {
      throw new IllegalArgumentException("--rounds must be from 1 to 100");
    }
  }
}
