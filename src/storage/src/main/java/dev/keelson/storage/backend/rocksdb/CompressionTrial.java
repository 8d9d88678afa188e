package dev.keelson.storage.backend.rocksdb;

/**
 * Whether the tables of a run of rows are worth compressing, learnt from how those before came out.
 * Values that are random, encrypted or compressed already cost a tenth of the time of filling a
 * store for nothing. Not thread-safe.
 */
final class CompressionTrial {
  /** Compressed, a table is worth it if it takes at most so much of its rows. */
  private static final double WORTH_MAX = 0.95;

  /** So many tables are left as they are before one is tried again. */
  private static final int LEFT_BETWEEN_TRIALS = 8;

  private final long tableBytes;
  private int left;
  private boolean worth;

  /**
   * Begins with a trial.
   *
   * @param tableBytes how long tables get that are no trials
   */
  CompressionTrial(long tableBytes) {
    this.tableBytes = tableBytes;
  }

  /** Whether the next table is to be compressed. */
  boolean compress() {
    return worth || left == 0;
  }

  /** How many bytes of rows the next table is to have; a trial is short. */
  long tableBytes() {
    return compress() && !worth ? tableBytes / 8 : tableBytes;
  }

  /**
   * A table was written as {@link #compress} said.
   *
   * @param rowBytes its keys and values
   * @param fileBytes the file
   */
  void wrote(long rowBytes, long fileBytes) {
    if (compress()) {
      worth = fileBytes <= rowBytes * WORTH_MAX;
      left = worth ? 0 : LEFT_BETWEEN_TRIALS;
    } else {
      left--;
    }
  }
}
