package dev.keelson.kv.snapshot;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.kv.mvcc.KeptEvents;
import dev.keelson.kv.mvcc.View;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.Family;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;

/** The rows of one bucket by ascending key. Not thread-safe; close it before the view. */
interface BucketRows extends AutoCloseable {
  /** Moves to the next row; false when there is none. */
  boolean next();

  byte[] key();

  /** Ends with the current row's value. */
  byte[] value();

  /** Where in {@link #value} the value begins. */
  int valueOffset();

  @Override
  void close();

  /** Every row of a family as it is stored. */
  static BucketRows of(View view, Family family) {
    Cursor cursor = view.reader().scan(family, new byte[0], null);
    return new BucketRows() {
      @Override
      public boolean next() {
        return cursor.next();
      }

      @Override
      public byte[] key() {
        return cursor.key();
      }

      @Override
      public byte[] value() {
        return cursor.value();
      }

      @Override
      public int valueOffset() {
        return 0;
      }

      @Override
      public void close() {
        cursor.close();
      }
    };
  }

  /** The changes in {@link Families#EVENTS} that a compaction keeps. */
  static BucketRows ofEvents(View view) {
    KeptEvents events = KeptEvents.afterCompaction(view);
    return new BucketRows() {
      @Override
      public boolean next() {
        return events.next();
      }

      @Override
      public byte[] key() {
        return events.key();
      }

      @Override
      public byte[] value() {
        return events.row();
      }

      @Override
      public int valueOffset() {
        return events.keyValueOffset();
      }

      @Override
      public void close() {
        events.close();
      }
    };
  }

  /** Rows at hand. */
  static BucketRows of(SortedMap<byte[], byte[]> rows) {
    Iterator<Map.Entry<byte[], byte[]>> all = rows.entrySet().iterator();
    return new BucketRows() {
      private Map.Entry<byte[], byte[]> current = Map.entry(new byte[0], new byte[0]);

      @Override
      public boolean next() {
        if (!all.hasNext()) {
          return false;
        }
        current = all.next();
        return true;
      }

      @Override
      public byte[] key() {
        return current.getKey();
      }

      @Override
      public byte[] value() {
        return current.getValue();
      }

      @Override
      public int valueOffset() {
        return 0;
      }

      @Override
      public void close() {
        // nothing is held
      }
    };
  }
}
