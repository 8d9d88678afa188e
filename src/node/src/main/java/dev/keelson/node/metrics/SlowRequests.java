package dev.keelson.node.metrics;

import com.google.protobuf.MessageLite;
import com.google.protobuf.MessageOrBuilder;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns of requests that take too long, in the words that operators of etcd look for. Keys are
 * shown, values and passwords are not.
 */
public final class SlowRequests {
  private static final Logger LOG = LoggerFactory.getLogger(SlowRequests.class);

  private final long applyNanos;
  private final long unaryNanos;
  private final RequestMetrics metrics;

  /**
   * Creates the warner.
   *
   * @param apply from which an entry or a read counts as slow
   * @param unary from which a whole call counts as slow; it includes waiting for the log
   */
  public SlowRequests(Duration apply, Duration unary, RequestMetrics metrics) {
    this.applyNanos = apply.toNanos();
    this.unaryNanos = unary.toNanos();
    this.metrics = metrics;
  }

  /** An entry was applied. */
  public void applied(long nanos, MessageOrBuilder request, @Nullable Exception failure) {
    if (nanos > applyNanos) {
      warn(nanos, "", request, failure);
    }
  }

  /** A range was read on the calling thread. */
  public void range(long nanos, MessageOrBuilder request, @Nullable Exception failure) {
    if (nanos > applyNanos) {
      warn(nanos, "read-only range ", request, failure);
    }
  }

  private void warn(
      long nanos, String prefix, MessageOrBuilder request, @Nullable Exception failure) {
    metrics.slow.increment();
    LOG.atWarn()
        .addKeyValue("took", duration(nanos))
        .addKeyValue("expected-duration", duration(applyNanos))
        .addKeyValue("prefix", prefix)
        .addKeyValue("request", RequestText.of(request))
        .addKeyValue("response", "")
        .addKeyValue("error", failure == null ? "" : String.valueOf(failure.getMessage()))
        .log("apply request took too long");
  }

  /** Whether a call that took this long is to be told of. */
  public boolean isSlowCall(long nanos) {
    return nanos > unaryNanos;
  }

  /**
   * Tells of a call that took long.
   *
   * @param method its full name
   * @param remote who called
   * @param responseBytes the size of the answer; 0 for an error
   */
  public void unary(
      long nanos, String method, String remote, MessageLite request, int responseBytes) {
    LOG.atWarn()
        .addKeyValue("start time", Instant.now().minusNanos(nanos).toString())
        .addKeyValue("time spent", duration(nanos))
        .addKeyValue("remote", remote)
        .addKeyValue("response type", "/" + method)
        .addKeyValue("request size", request.getSerializedSize())
        .addKeyValue("response size", responseBytes)
        .addKeyValue("request content", RequestText.of((MessageOrBuilder) request))
        .log("request stats");
  }

  /** Go's notation of a duration, in its one unit below a minute. */
  public static String duration(long nanos) {
    return nanos < 1_000_000_000L ? nanos / 1e6 + "ms" : nanos / 1e9 + "s";
  }
}
