package dev.keelson.sim.net;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which process is at the other end of a loopback connection, from Linux' {@code /proc}
 * (proc(5)): a proxy that stands before a member learns from it who connects, without the members
 * knowing of the proxy.
 */
public final class SocketOwner {
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int INODE = 9;

  private SocketOwner() {}

  /** Whether this system tells. */
  public static boolean available() {
    return TABLES.stream().anyMatch(Files::isReadable);
  }

  /**
   * The process that holds the connection from one port to another.
   *
   * @param candidates the processes to look at; those that have ended are passed over
   */
  public static OptionalLong find(int fromPort, int toPort, Collection<Long> candidates) {
    for (Path table : TABLES) {
      String socket = socket(table, fromPort, toPort);
      if (socket != null) {
        return candidates.stream()
            .mapToLong(pid -> pid)
            .filter(pid -> holds(pid, socket))
            .findAny();
      }
    }
    return OptionalLong.empty();
  }

  private static @Nullable String socket(Path table, int fromPort, int toPort) {
    String local = ":%04X".formatted(fromPort);
    String remote = ":%04X".formatted(toPort);
    try {
      for (String line : Files.readAllLines(table)) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > INODE
            && fields[LOCAL].endsWith(local)
            && fields[REMOTE].endsWith(remote)) {
          return "socket:[" + fields[INODE] + "]";
        }
      }
    } catch (IOException e) {
      // no such table: then the connection is not in it
    }
    return null;
  }

  private static boolean holds(long pid, String socket) {
    try (DirectoryStream<Path> open =
        Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path file : open) {
        if (isSocket(file, socket)) {
          return true;
        }
      }
    } catch (IOException e) {
      // the process has ended
    }
    return false;
  }

  private static boolean isSocket(Path file, String socket) {
    try {
      return Files.readSymbolicLink(file).toString().equals(socket);
    } catch (IOException e) {
      return false; // closed meanwhile
    }
  }
}
