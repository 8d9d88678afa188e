package dev.keelson.storage.wal;

import java.io.Serial;

/**
 * The log is damaged in a place that was durable once, so that acknowledged entries may be lost.
 * The message names the file, the offset and the remedy. Nothing was changed.
 */
public final class WalCorruptException extends WalException {
  @Serial private static final long serialVersionUID = 1L;

  private static final String REMEDY =
      "; restore the member from a snapshot, or remove it from the cluster and add it again";

  private final String file;
  private final long offset;

  WalCorruptException(String file, long offset, String damage) {
    super("the log file " + file + " is damaged at offset " + offset + ": " + damage + REMEDY);
    this.file = file;
    this.offset = offset;
  }

  public String file() {
    return file;
  }

  /** In bytes from the start of the file. */
  public long offset() {
    return offset;
  }
}
