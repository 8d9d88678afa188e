package dev.keelson.kv.mvcc;

/**
 * The address of one change: the transaction's main revision and the change's position within it.
 *
 * @param main at least 2 for every real change; 0 in {@link #NONE}
 * @param sub from 0
 */
public record Revision(long main, long sub) implements Comparable<Revision> {
  /** No revision. */
  public static final Revision NONE = new Revision(0, 0);

  /** The 17 bytes by which etcd's file format knows it. */
  public byte[] encode() {
    return StoreKeys.event(main, sub);
  }

  @Override
  public int compareTo(Revision other) {
    int byMain = Long.compare(main, other.main);
    return byMain != 0 ? byMain : Long.compare(sub, other.sub);
  }
}
