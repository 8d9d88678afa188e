package dev.keelson.raft;

/** The log does not have the index any more; a snapshot is needed in its place. */
public final class CompactedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CompactedException(long index, long firstIndex) {
    super("index " + index + " is compacted, the log begins at " + firstIndex);
  }
}
