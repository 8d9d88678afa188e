package dev.keelson.server.docs;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which options the program outside of its configuration package looks at, found in the class
 * files: an option that nothing looks at cannot have an effect, whatever its table says.
 */
final class OptionReads {

  private static final String CONFIG = "dev/keelson/server/config/";

  /** Options whose effect lies within the configuration package, or that need no effect. */
  private static final Set<String> SETTLED_WHILE_READING =
      Set.of(
          "config-file",
          "help",
          "version",
          "data-dir", // Configuration.dataDir
          "initial-cluster", // Configuration.initialCluster
          "auto-compaction-mode", // Configuration.compactionPolicy
          "auto-compaction-retention", // the same
          "logger", // has one value
          "socket-reuse-address"); // always so

  private final Set<String> read;

  private OptionReads(Set<String> read) {
    this.read = read;
  }

  static OptionReads ofThisModule() throws IOException {
    Path classes = DocFiles.ROOT.resolve("src/server/target/classes");
    Set<String> fields = new TreeSet<>();
    List<Path> files;
    try (Stream<Path> tree = Files.walk(classes)) {
      files = tree.filter(file -> file.toString().endsWith(".class")).toList();
    }
    for (Path file : files) {
      if (!classes.relativize(file).toString().startsWith(CONFIG)) {
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
          if (entry instanceof FieldRefEntry field
              && field.owner().asInternalName().startsWith(CONFIG)) {
            fields.add(field.name().stringValue());
          }
        }
      }
    }
    return new OptionReads(fields);
  }

  /** Whether setting the option can change anything. */
  boolean hasEffect(String option) {
    return SETTLED_WHILE_READING.contains(option)
        || read.contains(option.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
