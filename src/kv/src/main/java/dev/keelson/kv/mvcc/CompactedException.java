package dev.keelson.kv.mvcc;

import java.io.Serial;

/** The wanted revision is below the last compaction. */
public final class CompactedException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final long compactRevision;

  public CompactedException(long compactRevision) {
    super("mvcc: required revision has been compacted");
    this.compactRevision = compactRevision;
  }

  /** The revision of the last compaction: the oldest that can still be read. */
  public long compactRevision() {
    return compactRevision;
  }
}
