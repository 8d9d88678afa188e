package dev.keelson.kv.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.keelson.kv.mvcc.ForeignEvent;
import dev.keelson.kv.mvcc.ForeignRow;
import dev.keelson.kv.mvcc.HistoryImport.Compactions;
import dev.keelson.storage.bbolt.BoltReader;
import dev.keelson.storage.bbolt.BoltWalk;
import java.io.IOException;
import java.util.zip.CRC32C;

/**
 * What is told of a snapshot without restoring it. Made by reading all of it, so it also finds
 * damage.
 *
 * @param hash as {@code etcdutl snapshot status} computes it: CRC-32C over the names of all
 *     buckets, keys and values; as an unsigned number
 * @param revision the newest revision
 * @param keys live keys; exact unless a compaction was under way when the snapshot was taken
 * @param rows rows of all buckets
 * @param sizeBytes the size of the file without trailer
 * @param storageVersion the version of its content; empty if it does not say
 * @param compactRevision reads must not be older; -1 if there was no compaction
 * @param digest the {@link ContentDigest}
 */
public record SnapshotSummary(
    int hash,
    long revision,
    long keys,
    long rows,
    long sizeBytes,
    String storageVersion,
    long compactRevision,
    String digest) {

  /**
   * Reads a whole file.
   *
   * @throws SnapshotFormatException if it is not a snapshot of a known version
   * @throws IOException if it is damaged or cannot be read; the message says at which page
   */
  public static SnapshotSummary read(BoltReader file) throws IOException {
    SnapshotMeta meta = SnapshotMeta.read(file);
    Reading reading = new Reading(meta.compactions());
    BoltWalk walk = file.walk();
    for (String name = walk.nextBucket(); name != null; name = walk.nextBucket()) {
      reading.bucket(name);
      while (walk.nextRow()) {
        try {
          reading.row(name, walk.key(), walk.value());
        } catch (IllegalArgumentException e) {
          throw new SnapshotFormatException(
              "page "
                  + walk.page()
                  + ": a row of bucket \""
                  + name
                  + "\" is damaged: "
                  + e.getMessage(),
              e);
        }
      }
    }
    walk.finish();
    return reading.summary(file.sizeBytes(), meta);
  }

  private static final class Reading {
    private final Compactions compactions;
    private final CRC32C crc = new CRC32C();
    private final ContentDigest digest = new ContentDigest();
    private long revision;
    private long keys;
    private long rows;

    Reading(Compactions compactions) {
      this.compactions = compactions;
      revision = Math.max(1, compactions.inForce());
    }

    void bucket(String name) {
      crc.update(name.getBytes(UTF_8));
    }

    void row(String bucket, byte[] key, byte[] value) {
      crc.update(key);
      crc.update(value);
      digest.add(bucket, key, value);
      rows++;
      if (bucket.equals(CarriedBuckets.KEYS)) {
        count(ForeignEvent.of(key, value));
      }
    }

    /**
     * A key becomes live with its first version and ends with a deletion. Up to the last compaction
     * only the version in force then is left of each key, whichever it is, and deletions end
     * nothing that is still there.
     */
    private void count(ForeignEvent event) {
      revision = Math.max(revision, event.main());
      ForeignRow row = event.row();
      boolean compacted = event.main() <= compactions.finished();
      if (row == null) {
        return;
      }
      if (event.deletion()) {
        keys -= compacted ? 0 : 1;
      } else if (row.version() == 1 || compacted) {
        keys++;
      }
    }

    SnapshotSummary summary(long sizeBytes, SnapshotMeta meta) {
      return new SnapshotSummary(
          (int) crc.getValue(),
          revision,
          keys,
          rows,
          sizeBytes,
          meta.storageVersion(),
          compactions.inForce(),
          digest.hex());
    }
  }
}
