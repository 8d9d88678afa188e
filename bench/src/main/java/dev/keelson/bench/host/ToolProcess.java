package dev.keelson.bench.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that does its work and ends, such as a restore. */
public final class ToolProcess {
  private static final long POLL_MILLIS = 5;

  private ToolProcess() {}

  /**
   * What a command took.
   *
   * @param seconds from its start to its end
   * @param peakResidentBytes the most memory it was seen to hold
   */
  public record Cost(double seconds, long peakResidentBytes) {}

  /**
   * Runs a command to its end.
   *
   * @throws IOException when it fails, with the end of its output, or takes longer than {@code
   *     limit}
   */
  public static Cost run(List<String> command, Duration limit)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    try {
      StringBuilder output = new StringBuilder();
      Thread reader = Thread.ofPlatform().daemon().start(() -> read(process, output));
      long peak = 0;
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        peak = Math.max(peak, ProcessUsage.peakResidentBytes(process.pid()));
        if (System.nanoTime() - begin > limit.toNanos()) {
          throw new IOException(command.getFirst() + " did not end within " + limit);
        }
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      reader.join();
      if (process.exitValue() != 0) {
        String end = output.substring(Math.max(0, output.length() - 500));
        throw new IOException(String.join(" ", command) + " failed: " + end);
      }
      return new Cost(seconds, peak);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void read(Process process, StringBuilder output) {
    try (var in = process.getInputStream()) {
      output.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      output.append(e);
    }
  }
}
