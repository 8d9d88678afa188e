package dev.keelson.kv.snapshot;

import dev.keelson.kv.mvcc.EventBytes;
import dev.keelson.kv.mvcc.View;
import dev.keelson.storage.bbolt.BoltLayout;
import dev.keelson.storage.bbolt.BoltWriter;
import dev.keelson.storage.bbolt.PageSink;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frozen view as a file that etcd and its tools open, streamed from its first byte without memory
 * or disk for the file. The first page names the last one, so {@link #layout} comes first: the
 * small buckets are walked over to learn how long they get, and for that of the keys, of which
 * there are many, the store knows {@linkplain EventBytes a bound}. What is not needed of it are
 * free pages at the end of the file: a few in a hundred, more while a compaction removes rows.
 *
 * <p>Work is done in steps that the caller paces. Not thread-safe, but not bound to a thread.
 */
public final class SnapshotExport implements AutoCloseable {
  private final View view;
  private final List<Bucket> buckets;
  private final BoltLayout layout;
  private @Nullable Pages pages;

  /**
   * Takes over the view and closes it in the end.
   *
   * @param storageVersion the version of the format that etcd checks, {@code X.Y.0}
   */
  public SnapshotExport(View view, String storageVersion) {
    this.view = view;
    this.buckets = Bucket.all(storageVersion);
    this.layout = plan();
  }

  private BoltLayout plan() {
    BoltWriter writer = new BoltWriter(PageSink.NONE);
    for (Bucket bucket : buckets) {
      writer.bucket(bucket.name());
      if (!bucket.isOfKeys()) {
        try (BucketRows rows = bucket.rows().apply(view)) {
          while (rows.next()) {
            put(writer, rows);
          }
        }
      }
    }
    long keyPages = BoltWriter.longPagesMax(EventBytes.at(view), EventBytes.keyBytesMax());
    return writer.finish().longer(keyPages);
  }

  /** Writes a row; returns its bytes. */
  private static int put(BoltWriter writer, BucketRows row) {
    byte[] key = row.key();
    byte[] value = row.value();
    int offset = row.valueOffset();
    int length = value.length - offset;
    writer.put(key, value, offset, length);
    return key.length + length;
  }

  /** What the file will be. */
  public BoltLayout layout() {
    return layout;
  }

  /** The pages as far as they are made. */
  private final class Pages {
    private final BoltWriter writer;
    private final Iterator<Bucket> left = buckets.iterator();
    private @Nullable BucketRows rows;

    Pages(PageSink sink) {
      writer = new BoltWriter(sink);
    }

    boolean step(int bytesMin) {
      long seen = 0;
      while (seen < bytesMin) {
        BucketRows row = rows;
        if (row == null) {
          if (!left.hasNext()) {
            writer.finish(layout);
            return false;
          }
          begin(left.next());
        } else if (row.next()) {
          seen += put(writer, row);
        } else {
          close();
        }
      }
      return true;
    }

    private void begin(Bucket bucket) {
      if (bucket.isOfKeys()) {
        writer.longBucket(bucket.name());
      } else {
        writer.bucket(bucket.name());
      }
      rows = bucket.rows().apply(view);
    }

    void close() {
      if (rows != null) {
        rows.close();
        rows = null;
      }
    }
  }

  /**
   * Walks on to produce the pages after the meta pages.
   *
   * @param bytesMin how many bytes of rows to write; one row more may be written
   * @param sink the same in every call
   * @return whether there is more
   * @throws IllegalStateException if the rows do not fit into the planned file
   */
  public boolean write(int bytesMin, PageSink sink) {
    if (pages == null) {
      pages = new Pages(sink);
    }
    return pages.step(bytesMin);
  }

  @Override
  public void close() {
    if (pages != null) {
      pages.close();
      pages = null;
    }
    view.close();
  }
}
