package dev.keelson.kv.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.kv.mvcc.HistoryImport.Compactions;
import dev.keelson.storage.bbolt.BoltReader;
import dev.keelson.storage.bbolt.BoltWalk;
import java.io.IOException;
import java.util.TreeMap;

/**
 * What a snapshot says about itself in the bucket {@code meta}.
 *
 * @param compactions which compactions it has seen
 * @param storageVersion the version of its content, {@code X.Y.0}; empty if older than 3.6, which
 *     does not say
 */
public record SnapshotMeta(Compactions compactions, String storageVersion) {
  private static final String BUCKET = "meta";

  /** The newest content that this program understands. */
  private static final int MINOR_MAX = 6;

  private static final String KNOWN_VERSIONS = "3\\.[0-" + MINOR_MAX + "]\\.\\d{1,9}";

  /**
   * Reads it.
   *
   * @throws SnapshotFormatException if the file is not a snapshot of etcd, or of a newer version
   * @throws IOException if the file is damaged or cannot be read
   */
  public static SnapshotMeta read(BoltReader file) throws IOException {
    BoltWalk walk = file.walk();
    boolean keys = false;
    TreeMap<String, byte[]> meta = null;
    for (String name = walk.nextBucket(); name != null; name = walk.nextBucket()) {
      keys |= name.equals(CarriedBuckets.KEYS);
      if (name.equals(BUCKET)) {
        meta = new TreeMap<>();
        while (walk.nextRow()) {
          meta.put(new String(walk.key(), US_ASCII), walk.value());
        }
      }
    }
    if (!keys || meta == null) {
      throw new SnapshotFormatException(
          "this is a bbolt file but not a snapshot of etcd: there is no bucket \""
              + (keys ? BUCKET : CarriedBuckets.KEYS)
              + "\"");
    }
    String version = new String(meta.getOrDefault("storageVersion", new byte[0]), US_ASCII);
    requireKnown(version);
    try {
      return new SnapshotMeta(
          Compactions.of(meta.get("scheduledCompactRev"), meta.get("finishedCompactRev")), version);
    } catch (IllegalArgumentException e) {
      throw new SnapshotFormatException("bucket \"meta\": " + e.getMessage(), e);
    }
  }

  private static void requireKnown(String version) throws SnapshotFormatException {
    if (!version.isEmpty() && !version.matches(KNOWN_VERSIONS)) {
      throw new SnapshotFormatException(
          "the snapshot has content of version \""
              + version.substring(0, Math.min(version.length(), 32))
              + "\", which this program does not know; it reads up to 3."
              + MINOR_MAX);
    }
  }
}
