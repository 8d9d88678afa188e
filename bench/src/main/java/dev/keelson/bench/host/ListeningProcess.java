package dev.keelson.bench.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds the process behind a local port: the socket's inode in /proc/net/tcp, then the process that
 * holds it.
 */
public final class ListeningProcess {
  private static final String LISTEN = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private ListeningProcess() {}

  /**
   * The process that listens on this TCP port; empty when none does or it belongs to somebody else.
   */
  public static OptionalLong find(int port) throws IOException {
    Set<String> sockets = new HashSet<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      if (Files.exists(Path.of(table))) {
        collect(Path.of(table), port, sockets);
      }
    }
    if (!sockets.isEmpty()) {
      try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
        for (Path process : processes) {
          if (holds(process, sockets)) {
            return OptionalLong.of(Long.parseLong(process.getFileName().toString()));
          }
        }
      }
    }
    return OptionalLong.empty();
  }

  private static void collect(Path table, int port, Set<String> sockets) throws IOException {
    String suffix = String.format(":%04X", port);
    for (String line : Files.readAllLines(table)) {
      List<String> fields = List.of(line.strip().split("\\s+"));
      if (fields.size() > INODE
          && fields.get(LOCAL_ADDRESS).endsWith(suffix)
          && fields.get(STATE).equals(LISTEN)) {
        sockets.add("socket:[" + fields.get(INODE) + "]");
      }
    }
  }

  private static boolean holds(Path process, Set<String> sockets) {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path descriptor : descriptors) {
        if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
          return true;
        }
      }
    } catch (IOException e) {
      return false; // gone, or not ours to look into
    }
    return false;
  }
}
