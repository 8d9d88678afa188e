package dev.keelson.kv.mvcc;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Rows of the backend with a transaction's own, not yet written, changes laid over them. */
final class OverlayCursor implements RowCursor {
  private final RowCursor below;
  private final Iterator<Map.Entry<byte[], Row>> own;
  private final Comparator<? super byte[]> order;
  private @Nullable Row belowRow;
  private byte[] belowKey = {};
  private Map.@Nullable Entry<byte[], Row> ownRow;

  /**
   * @param own changes in the cursor's direction; deletions hide rows below
   */
  OverlayCursor(RowCursor below, SortedMap<byte[], Row> own) {
    this.below = below;
    this.own = own.entrySet().iterator();
    Comparator<? super byte[]> comparator = own.comparator();
    this.order = comparator == null ? Arrays::compareUnsigned : comparator;
    advanceBelow();
    advanceOwn();
  }

  @Override
  public @Nullable Row next() {
    while (true) {
      Map.Entry<byte[], Row> mine = ownRow;
      Row theirs = belowRow;
      if (mine == null) {
        if (theirs != null) {
          advanceBelow();
        }
        return theirs;
      }
      int comparison = theirs == null ? 1 : order.compare(belowKey, mine.getKey());
      if (comparison < 0) {
        advanceBelow();
        return theirs;
      }
      if (comparison == 0) {
        advanceBelow();
      }
      advanceOwn();
      if (!mine.getValue().isDeletion()) {
        return mine.getValue();
      }
    }
  }

  private void advanceBelow() {
    belowRow = below.next();
    if (belowRow != null) {
      belowKey = belowRow.key();
    }
  }

  private void advanceOwn() {
    ownRow = own.hasNext() ? own.next() : null;
  }

  @Override
  public void close() {
    below.close();
  }
}
