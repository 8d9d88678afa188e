package dev.keelson.server.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.keelson.node.metrics.PrometheusText;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What the process takes of the machine, under the names that every Prometheus client has. */
final class ProcessMetrics {
  private static final Path MEMORY = Path.of("/proc/self/status");

  private ProcessMetrics() {}

  static void write(PrometheusText out) {
    out.gauge("process_start_time_seconds", "When the process started, in Unix time.")
        .value(ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long open = unix.getOpenFileDescriptorCount();
      long most = unix.getMaxFileDescriptorCount();
      out.counter("process_cpu_seconds_total", "Processor time.")
          .value(unix.getProcessCpuTime() / 1e9);
      out.gauge("process_open_fds", "Open file descriptors.").value(open);
      out.gauge("process_max_fds", "File descriptors allowed.").value(most);
      out.gauge("os_fd_used", "Open file descriptors.").value(open);
      out.gauge("os_fd_limit", "File descriptors allowed.").value(most);
    }
    memory(out);
  }

  /** Only Linux tells. */
  private static void memory(PrometheusText out) {
    if (!Files.isReadable(MEMORY)) {
      return;
    }
    try {
      List<String> lines = Files.readAllLines(MEMORY);
      out.gauge("process_resident_memory_bytes", "Memory in use.").value(kibi(lines, "VmRSS:"));
      out.gauge("process_virtual_memory_bytes", "Address space in use.")
          .value(kibi(lines, "VmSize:"));
    } catch (IOException e) {
      // the process cannot be asked now
    }
  }

  private static long kibi(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElse(0);
  }
}
