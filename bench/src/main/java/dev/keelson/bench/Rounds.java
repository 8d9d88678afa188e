package dev.keelson.bench;

import dev.keelson.bench.report.FigureResult;
import dev.keelson.bench.report.FigureTable;
import dev.keelson.bench.report.ResultFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures of both servers in turn, A B A B, each started for itself; kept as data as they come. */
record Rounds(TargetOptions targets, String type, int keys) {
  static final double MIB = 1 << 20;
  static final double NANOS_PER_SECOND = 1e9;
  static final double NANOS_PER_MILLI = 1e6;

  private static final int MAX_KEYS = 10_000_000;

  Rounds {
    if (keys < 100 || keys > MAX_KEYS) {
      throw new IllegalArgumentException("--keys must be from 100 to " + MAX_KEYS);
    }
  }

  /** A measurement that starts and ends its own servers. */
  interface Measured {
    /** Takes the figures of one round, or of several repetitions, by name. */
    List<Map<String, Double>> of(String name, Path binary, int round)
        throws IOException, InterruptedException;
  }

  /** Runs all rounds, then prints the table. */
  void run(Measured measured) throws IOException, InterruptedException {
    List<FigureResult> all = new ArrayList<>();
    try (ResultFile results = ResultFile.append(targets.results, targets.note)) {
      for (int round = 1; round <= targets.rounds; round++) {
        one(targets.aName, targets.aStart, round, measured, results, all);
        one(targets.bName, targets.bStart, round, measured, results, all);
      }
    }
    System.out.println(FigureTable.of(targets.aName, targets.bName, all));
  }

  private void one(
      String name,
      @Nullable Path binary,
      int round,
      Measured measured,
      ResultFile results,
      List<FigureResult> all)
      throws IOException, InterruptedException {
    if (!targets.measures(name)) {
      return;
    }
    if (binary == null) {
      throw new IllegalArgumentException(type + " starts the servers itself: binary for " + name);
    }
    progress("%s: %s, round %d of %d".formatted(type, name, round, targets.rounds));
    for (Map<String, Double> figures : measured.of(name, binary, round)) {
      FigureResult result = new FigureResult(type, name, round, keys, figures);
      results.add(result);
      all.add(result);
      System.err.println(result.toJson());
    }
  }

  /** Says what is being done now. */
  static void progress(String line) {
    System.err.println(line);
  }

  static double secondsSince(long beginNanos) {
    return (System.nanoTime() - beginNanos) / NANOS_PER_SECOND;
  }
}
