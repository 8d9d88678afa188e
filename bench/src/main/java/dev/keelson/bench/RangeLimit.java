package dev.keelson.bench;

import dev.keelson.bench.h2.Client;
import dev.keelson.bench.host.ServerProcess;
import dev.keelson.bench.load.DataSet;
import dev.keelson.bench.load.Download;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One answer that is larger than the server's heap.
 *
 * @param mebibytes size of all values together
 */
record RangeLimit(TargetOptions targets, int mebibytes) {
  private static final int VALUE_BYTES = 64 * 1024;
  private static final int KEYS_PER_MIB = 16;
  private static final int UNIMPLEMENTED = 12;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);

  int keys() {
    return mebibytes * KEYS_PER_MIB;
  }

  List<Map<String, Double>> measure(String name, Path binary, int round)
      throws IOException, InterruptedException {
    try (ServerProcess server = new ServerProcess(binary, targets.scratch, name)) {
      Target target = Target.start(name, server);
      DataSet.load(target.addresses(), keys(), VALUE_BYTES, round, LIMIT);
      Map<String, Double> values = new LinkedHashMap<>();
      values.put("rss_before_mib", target.residentBytes() / Rounds.MIB);
      read(target, server, true, "stream", values);
      read(target, server, false, "range", values);
      return List.of(values);
    }
  }

  /** One read; whatever comes of it, the server must serve afterwards. */
  private void read(
      Target target, ServerProcess server, boolean stream, String what, Map<String, Double> values)
      throws IOException, InterruptedException {
    double cpu = target.cpuSeconds();
    long begin = System.nanoTime();
    Download.Answer answer;
    try (Client client = Client.connect(server.address(), 1, CONNECT_LIMIT)) {
      answer = Download.everything(client, stream, LIMIT);
    }
    double took = Rounds.secondsSince(begin);
    Rounds.progress("  %s: %s".formatted(what, answer));
    if (!server.isAlive() || !DataSet.answers(server.address())) {
      throw new IOException(target.name() + " did not survive; see " + server.keepLog());
    }
    if (answer.status() == UNIMPLEMENTED) {
      return;
    }
    boolean whole =
        answer.bytes() >= (long) keys() * VALUE_BYTES
            && (answer.rows() == 0 || answer.rows() == keys());
    if (answer.status() == 0 && !whole) {
      throw new IOException(target.name() + " answered wrongly: " + answer);
    }
    values.put(what + "_status", (double) answer.status());
    values.put(what + "_s", took);
    values.put(what + "_cpu_s", target.cpuSeconds() - cpu);
    values.put("rss_after_" + what + "_mib", target.residentBytes() / Rounds.MIB);
    values.put("anonymous_after_" + what + "_mib", target.anonymousBytes() / Rounds.MIB);
  }
}
