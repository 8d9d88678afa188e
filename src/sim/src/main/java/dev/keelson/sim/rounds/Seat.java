package dev.keelson.sim.rounds;

import dev.keelson.sim.check.Violation;
import dev.keelson.sim.net.Conditions;
import dev.keelson.sim.process.ServerProcess;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A member's place: ports and a folder, and the process that has them at the moment. Only one
 * thread at a time does something to it.
 */
final class Seat {
  private final int number;
  private final int clientPort;
  private final Path folder;
  private final Conditions clients;
  private final @Nullable SmallDisk disk;
  private volatile ServerProcess process;

  /** Whether its process runs, as far as anybody here has decided. */
  private volatile boolean up;

  Seat(
      int number,
      int clientPort,
      Path folder,
      Conditions clients,
      @Nullable SmallDisk disk,
      ServerProcess process) {
    this.number = number;
    this.clientPort = clientPort;
    this.folder = folder;
    this.clients = clients;
    this.disk = disk;
    this.process = process;
  }

  /** From 1. */
  int number() {
    return number;
  }

  String name() {
    return "m" + number;
  }

  int clientPort() {
    return clientPort;
  }

  Path folder() {
    return folder;
  }

  /** Of the half of the clients' connections that can be spoiled. */
  Conditions clients() {
    return clients;
  }

  /** Its own file system, if it has one. */
  @Nullable SmallDisk disk() {
    return disk;
  }

  ServerProcess process() {
    return process;
  }

  boolean up() {
    return up;
  }

  void launch() {
    process.launch();
    up = true;
  }

  /** SIGKILL, which it must have lived to see. */
  void kill() throws InterruptedException {
    requireAlive();
    up = false;
    process.kill();
  }

  /** Another process takes the seat. */
  void succeed(ServerProcess next) {
    process = next;
  }

  /** It is about to end by itself, or has, and may. */
  void excuse() {
    up = false;
  }

  /** It was excused and has survived. */
  void survived() {
    up = true;
  }

  /**
   * Nobody has ended it, so it must not have ended.
   *
   * @throws Violation if it has
   */
  void requireAlive() {
    if (up && !process.isAlive()) {
      String log = process.logText();
      throw new Violation(
          "%s has ended by itself: %s"
              .formatted(name(), log.substring(Math.max(0, log.length() - 3_000))));
    }
  }
}
