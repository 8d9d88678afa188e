package dev.keelson.sim.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Ends processes with all their children, at the latest when this JVM exits. */
public final class ProcessReaper {
  private static final Set<Process> LIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> LIVE.forEach(ProcessReaper::signalKill)));
  }

  private ProcessReaper() {}

  /** From now on the process ends with this JVM. */
  public static void watch(Process process) {
    LIVE.add(process);
  }

  /** Sends SIGKILL to the process and its descendants and waits until the process is gone. */
  public static void kill(Process process) throws InterruptedException {
    signalKill(process);
    process.waitFor();
    LIVE.remove(process);
  }

  /** Sends a signal; Java knows only the two that end a process. */
  static void signal(long pid, String name) throws InterruptedException {
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("cannot send SIG" + name + " to " + pid);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run kill", e);
    }
  }

  /**
   * Asks the process to end (SIGTERM) and kills it when it does not within the grace period.
   *
   * @return whether it ended by itself
   */
  public static boolean stop(Process process, long graceSeconds) throws InterruptedException {
    process.destroy();
    boolean ended = process.waitFor(graceSeconds, TimeUnit.SECONDS);
    kill(process);
    return ended;
  }

  private static void signalKill(Process process) {
    // Children first: a launcher script's death would otherwise hide them from us.
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
