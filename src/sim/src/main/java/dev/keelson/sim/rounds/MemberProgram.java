package dev.keelson.sim.rounds;

import dev.keelson.node.MemberMain;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The bare member of {@code src/node} as a program, with the classes of this JVM. */
public final class MemberProgram {
  private MemberProgram() {}

  /**
   * As it is. Where all its classes are in jars, one is started and stopped first, to write down
   * what it loads, so that the others start in half the time.
   *
   * @param archive where that is written
   */
  public static ServerProgram plain(Path archive) throws IOException, InterruptedException {
    String jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> Files.isRegularFile(Path.of(entry)))
            .collect(Collectors.joining(File.pathSeparator));
    if (!isIn(jars)) {
      return of(MemberMain.class.getName(), List.of());
    }
    Files.createDirectories(archive.toAbsolutePath().getParent());
    ServerProgram training =
        program(
            List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds=off"),
            jars,
            MemberMain.class.getName(),
            List.of());
    try (ServerProcess member = ServerProcess.started(training)) {
      member.stop();
    }
    return program(
        List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"),
        jars,
        MemberMain.class.getName(),
        List.of());
  }

  private static boolean isIn(String jars) {
    Path home =
        Path.of(MemberMain.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    return Stream.of(jars.split(File.pathSeparator, -1)).anyMatch(jar -> Path.of(jar).equals(home));
  }

  /**
   * By another main class of this JVM's class path.
   *
   * @param arguments before the flags
   */
  public static ServerProgram of(String mainClass, List<String> arguments) {
    return program(List.of(), System.getProperty("java.class.path"), mainClass, arguments);
  }

  private static ServerProgram program(
      List<String> options, String classPath, String mainClass, List<String> arguments) {
    List<String> all = new ArrayList<>(options);
    all.addAll(
        List.of(
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
            "-cp",
            classPath,
            mainClass));
    all.addAll(arguments);
    return new ServerProgram(
        "member", Path.of(System.getProperty("java.home"), "bin", "java"), all);
  }
}
