package dev.keelson.storage.wal;

/**
 * The sizes of segments.
 *
 * @param segmentBytes size of a segment; larger where a single batch needs it
 * @param firstSegmentBytes size of a segment that is needed before one was prepared in the
 *     background: small, since the writer waits while it is filled with zeros
 */
public record WalOptions(int segmentBytes, int firstSegmentBytes) {
  public static final WalOptions DEFAULT = new WalOptions(64 << 20, 4 << 20);

  private static final int MIN_SEGMENT_BYTES = 4 << 10;

  public WalOptions {
    if (firstSegmentBytes < MIN_SEGMENT_BYTES || segmentBytes < firstSegmentBytes) {
      throw new IllegalArgumentException(
          "segments of " + firstSegmentBytes + " and " + segmentBytes + " bytes");
    }
  }
}
