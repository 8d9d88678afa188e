package dev.keelson.kv.mvcc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Checksums by which members and operators tell whether two stores hold the same data. Safe from
 * any thread; a walk over the whole store.
 */
public final class StoreHash {
  private static final byte[] KEY_BUCKET = "key".getBytes(US_ASCII);
  private static final KeyRange EVERYTHING = new KeyRange(new byte[0], null, false);

  private StoreHash() {}

  /**
   * The answer of {@code HashKV}.
   *
   * @param hash CRC-32C, as an unsigned number
   * @param compactRevision the compaction in force; -1 before the first
   * @param hashRevision the revision up to which was hashed
   */
  public record HashKv(int hash, long compactRevision, long hashRevision) {}

  /**
   * Hashes the changes up to a revision, byte for byte as etcd 3.5.16 and later do, so that members
   * and etcd's own tools agree. Of the changes up to the compacted revision only the puts still in
   * force at {@code revision} count (etcd: if no key is live then, those that the compaction has to
   * keep), whether or not the others have been removed yet; deletions there never count.
   *
   * @param revision 0 means the newest; before revision 0 there was nothing, which has a hash too
   * @throws KvException if the revision is compacted or in the future
   */
  public static HashKv hashKv(View view, long revision) throws KvException {
    long at = revision == 0 ? view.revision() : revision;
    long compacted = view.compactRevision();
    if (at < 0) {
      return new HashKv(ofNothing(), compacted, at);
    }
    if (at > view.revision()) {
      throw new KvException(KvError.FUTURE_REVISION);
    }
    if (at < compacted) {
      throw new KvException(KvError.COMPACTED);
    }
    long inForceAt = anyLive(view, at) ? at : compacted;
    CRC32C crc = new CRC32C();
    crc.update(KEY_BUCKET);
    try (KeptEvents events = KeptEvents.inForceAt(view, at, inForceAt)) {
      while (events.next()) {
        int offset = events.keyValueOffset();
        crc.update(events.key());
        crc.update(events.row(), offset, events.row().length - offset);
      }
    }
    return new HashKv((int) crc.getValue(), compacted, at);
  }

  private static int ofNothing() {
    CRC32C crc = new CRC32C();
    crc.update(KEY_BUCKET);
    return (int) crc.getValue();
  }

  private static boolean anyLive(View view, long revision) {
    if (revision == view.revision()) {
      return view.counts().total() > 0;
    }
    try (HistoryCursor rows = new HistoryCursor(view.reader(), EVERYTHING, revision)) {
      return rows.next() != null;
    }
  }

  /**
   * Hashes every family as it is stored, except what is this member's own: how far the log is
   * applied, how far compaction has got, and the key counts. Members agree only while no compaction
   * is being carried out.
   */
  public static int hash(View view) {
    CRC32C crc = new CRC32C();
    for (Family family : Families.ALL) {
      crc.update(family.name().getBytes(US_ASCII));
      try (Cursor cursor = view.reader().ascending(family, new byte[0], null)) {
        while (cursor.next()) {
          byte[] key = cursor.key();
          if (!family.equals(Families.META) || !isOwn(key)) {
            crc.update(key);
            crc.update(cursor.value());
          }
        }
      }
    }
    return (int) crc.getValue();
  }

  private static boolean isOwn(byte[] name) {
    return Arrays.equals(name, StoreKeys.APPLIED)
        || Arrays.equals(name, StoreKeys.FINISHED_COMPACTION)
        || Arrays.equals(name, StoreKeys.COUNTS)
        || Arrays.equals(name, StoreKeys.EVENT_BYTES);
  }
}
