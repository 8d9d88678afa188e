package dev.keelson.kv.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Reader;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * SHA-256 over all that a snapshot carries from one cluster to another: alarms, users and roles,
 * every version of every key, leases. What belongs to one cluster (members, versions, positions in
 * its log) does not count, so a store restored from a snapshot has the digest of the snapshot.
 *
 * <p>Per row the length of bucket name, key and value, as four bytes each, and then these; rows in
 * the order of the snapshot file, buckets by name.
 */
public final class ContentDigest {
  private final MessageDigest digest;

  /** Begins with no rows. */
  public ContentDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Adds a row of a snapshot file; rows of buckets that do not count are passed over. */
  public void add(String bucket, byte[] key, byte[] value) {
    boolean bumpOnly = bucket.equals(CarriedBuckets.KEYS) && value.length == 0;
    if (CarriedBuckets.FAMILIES.containsKey(bucket) && !bumpOnly) {
      add(bucket, key, value, 0);
    }
  }

  private void add(String bucket, byte[] key, byte[] value, int offset) {
    if (bucket.equals(CarriedBuckets.AUTH) && isDefault(value)) {
      return; // written by some versions from the start, by others with the first change
    }
    byte[] name = bucket.getBytes(US_ASCII);
    digest.update(
        ByteBuffer.allocate(3 * Integer.BYTES)
            .putInt(name.length)
            .putInt(key.length)
            .putInt(value.length - offset)
            .flip());
    digest.update(name);
    digest.update(key);
    digest.update(value, offset, value.length - offset);
  }

  /** Authentication that is off, and the revision it begins with. */
  private static boolean isDefault(byte[] value) {
    return Arrays.equals(value, new byte[] {0})
        || Arrays.equals(value, new byte[] {0, 0, 0, 0, 0, 0, 0, 1});
  }

  /** The digest of the rows added, in hexadecimal; the last call. */
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The digest of a store. */
  public static String of(Reader store) {
    ContentDigest digest = new ContentDigest();
    CarriedBuckets.FAMILIES.forEach(
        (name, family) -> {
          try (Cursor rows = store.ascending(family, new byte[0], null)) {
            while (rows.next()) {
              byte[] value = rows.value();
              int offset = family.equals(Families.EVENTS) ? Row.parse(value).keyValueOffset() : 0;
              digest.add(name, rows.key(), value, offset);
            }
          }
        });
    return digest.hex();
  }
}
