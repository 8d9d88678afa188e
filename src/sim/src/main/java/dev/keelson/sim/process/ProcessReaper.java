package dev.keelson.sim.process;

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
