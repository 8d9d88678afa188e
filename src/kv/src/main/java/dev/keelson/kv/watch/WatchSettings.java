package dev.keelson.kv.watch;

/**
 * Limits of the watch machinery.
 *
 * @param ringBytes bytes of recent events kept in memory for all watchers together
 * @param batchBytes bytes of events after which a response that carries several revisions ends; a
 *     single revision is never split by it
 * @param fragmentBytes encoded size from which a response is split for a watch that asked for
 *     fragments: the request limit plus gRPC's overhead allowance
 */
public record WatchSettings(long ringBytes, long batchBytes, long fragmentBytes) {
  /** 32 MiB of ring, 8 MiB per catch-up response, etcd's default request limit. */
  public static final WatchSettings DEFAULT =
      new WatchSettings(32L << 20, 8L << 20, (1536L << 10) + (512L << 10));

  public WatchSettings {
    if (ringBytes < 1 || batchBytes < 1 || fragmentBytes < 1) {
      throw new IllegalArgumentException("watch limits must be positive");
    }
  }

  /** These settings for another {@code --max-request-bytes}. */
  public WatchSettings withMaxRequestBytes(long maxRequestBytes) {
    return new WatchSettings(ringBytes, batchBytes, maxRequestBytes + (512L << 10));
  }
}
