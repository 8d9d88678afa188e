package dev.keelson.bench.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/**
 * Counts and latencies of a workload; written by its loop thread, read by the one that measures.
 */
public final class Stats {
  private static final long HIGHEST_NANOS = 120_000_000_000L;
  private static final int DIGITS = 3;
  private static final int MAX_KINDS = 50;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(HIGHEST_NANOS, DIGITS);
  private final ConcurrentSkipListMap<String, LongAdder> errors = new ConcurrentSkipListMap<>();

  void success(long nanos) {
    recorder.recordValue(Math.clamp(nanos, 0, HIGHEST_NANOS));
  }

  void error(String kind) {
    errors(kind, 1);
  }

  void errors(String kind, long count) {
    String name = errors.size() < MAX_KINDS || errors.containsKey(kind) ? kind : "other errors";
    errors.computeIfAbsent(name, unused -> new LongAdder()).add(count);
  }

  /** Latencies in nanoseconds of the successes since the last call. */
  public Histogram takeLatencies() {
    return recorder.getIntervalHistogram();
  }

  /** Failures since the beginning, by what went wrong. */
  public Map<String, Long> errors() {
    Map<String, Long> copy = new TreeMap<>();
    errors.forEach((kind, count) -> copy.put(kind, count.sum()));
    return copy;
  }
}
