package dev.keelson.kv.watch;

import java.util.Arrays;

/**
 * What a client asks of one watch, normalised: an empty key has become the smallest key (one zero
 * byte).
 *
 * @param key the first key watched; never empty
 * @param rangeEnd as on the wire: empty for the single key, one zero byte for every key from {@code
 *     key} on, otherwise the exclusive end
 * @param startRevision 0 for changes after the creation, otherwise the first revision wanted
 * @param progressNotify whether periodic progress responses are wanted
 * @param noPut drop puts
 * @param noDelete drop deletions
 * @param prevKv add the replaced row to each event
 * @param watchId 0 to have one assigned
 * @param fragment whether a large response may be split
 */
@SuppressWarnings("ArrayRecordComponent")
public record WatchSpec(
    byte[] key,
    byte[] rangeEnd,
    long startRevision,
    boolean progressNotify,
    boolean noPut,
    boolean noDelete,
    boolean prevKv,
    long watchId,
    boolean fragment) {
  private static final byte[] SMALLEST_KEY = {0};

  public WatchSpec {
    if (key.length == 0) {
      key = SMALLEST_KEY.clone();
    }
  }

  /** Whether exactly one key is watched. */
  boolean isPoint() {
    return rangeEnd.length == 0;
  }

  /** Whether every key from {@link #key} on is watched. */
  boolean isFromKey() {
    return rangeEnd.length == 1 && rangeEnd[0] == 0;
  }

  /** Whether no key can match: an error at creation. */
  boolean isEmptyRange() {
    return !isPoint() && !isFromKey() && Arrays.compareUnsigned(key, rangeEnd) >= 0;
  }

  /** Numbers the combinations of filters and prev_kv: watches equal in it share encoded events. */
  int variant() {
    return (noPut ? 1 : 0) | (noDelete ? 2 : 0) | (prevKv ? 4 : 0);
  }
}
