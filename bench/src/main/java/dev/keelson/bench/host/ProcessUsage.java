package dev.keelson.bench.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What Linux accounts to a process and to the machine; see proc_pid_stat(5), proc_pid_status(5),
 * proc_stat(5).
 */
public final class ProcessUsage {
  /** USER_HZ: 100 on every architecture that Linux serves today. */
  private static final double TICKS_PER_SECOND = 100;

  /** Position of utime after the command name, which may itself contain blanks and brackets. */
  private static final int UTIME = 11;

  /** user, nice, system, irq, softirq of the first line of /proc/stat; not idle, iowait, steal. */
  private static final int[] BUSY = {1, 2, 3, 6, 7};

  private static final int STEAL = 8;

  private ProcessUsage() {}

  /** User and system time of all threads so far, in seconds; steps of 10 ms. */
  public static double cpuSeconds(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    return (Long.parseLong(fields.get(UTIME)) + Long.parseLong(fields.get(UTIME + 1)))
        / TICKS_PER_SECOND;
  }

  /** Resident memory in bytes. */
  public static long residentBytes(long pid) throws IOException {
    return statusBytes(pid, "VmRSS:");
  }

  /** The most resident memory so far, in bytes; 0 when the process has just ended. */
  static long peakResidentBytes(long pid) {
    try {
      return statusBytes(pid, "VmHWM:");
    } catch (IOException e) {
      return 0;
    }
  }

  /** The part of resident memory that is not backed by files, in bytes. */
  public static long anonymousBytes(long pid) throws IOException {
    return statusBytes(pid, "RssAnon:");
  }

  private static long statusBytes(long pid, String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("no " + name + " in /proc/" + pid + "/status");
  }

  /**
   * Time that all processors together have worked for anybody (or were taken by the host), in
   * seconds.
   */
  public static double machineBusySeconds() throws IOException {
    List<String> fields =
        List.of(Files.readAllLines(Path.of("/proc/stat")).getFirst().split("\\s+"));
    long ticks = Long.parseLong(fields.get(STEAL));
    for (int field : BUSY) {
      ticks += Long.parseLong(fields.get(field));
    }
    return ticks / TICKS_PER_SECOND;
  }
}
