package dev.keelson.kv.snapshot;

import dev.keelson.kv.mvcc.View;
import dev.keelson.storage.bbolt.BoltLayout;
import dev.keelson.storage.bbolt.BoltWriter;
import dev.keelson.storage.bbolt.PageSink;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frozen view as a file that etcd and its tools open. It is read twice, the first time to learn
 * the size, so that neither memory nor disk is needed for the file; what it holds back meanwhile is
 * only the space of rows that are compacted away.
 *
 * <p>Work is done in steps that the caller paces. Not thread-safe, but not bound to a thread.
 */
public final class SnapshotExport implements AutoCloseable {
  private final View view;
  private final List<Bucket> buckets;
  private @Nullable Pass pass;

  /**
   * Takes over the view and closes it in the end.
   *
   * @param storageVersion the version of the format that etcd checks, {@code X.Y.0}
   */
  public SnapshotExport(View view, String storageVersion) {
    this.view = view;
    this.buckets = Bucket.all(storageVersion);
  }

  /** One walk over all rows. */
  private final class Pass {
    private final BoltWriter writer;
    private final boolean measuring;
    private final Iterator<Bucket> left = buckets.iterator();
    private @Nullable BucketRows rows;

    Pass(PageSink sink) {
      writer = new BoltWriter(sink);
      measuring = sink == PageSink.NONE;
    }

    @Nullable BoltLayout step(int bytesMin) {
      long seen = 0;
      while (seen < bytesMin) {
        BucketRows open = rows;
        if (open == null) {
          if (!left.hasNext()) {
            return writer.finish();
          }
          Bucket next = left.next();
          writer.bucket(next.name());
          rows = next.rows().apply(view);
        } else if (open.next()) {
          seen += take(open);
        } else {
          close();
        }
      }
      return null;
    }

    private int take(BucketRows row) {
      byte[] key = row.key();
      int length;
      if (measuring) {
        length = row.valueLength();
        writer.put(key, BucketRows.NOTHING, 0, length);
      } else {
        byte[] value = row.value();
        int offset = row.valueOffset();
        length = value.length - offset;
        writer.put(key, value, offset, length);
      }
      return key.length + length;
    }

    void close() {
      if (rows != null) {
        rows.close();
        rows = null;
      }
    }
  }

  /**
   * Walks on to find out the size.
   *
   * @param bytesMin how many bytes of rows to look at; one row more may be looked at
   * @return what the file will be; null as long as that is not known, in which case this is to be
   *     called again
   */
  public @Nullable BoltLayout measure(int bytesMin) {
    return step(bytesMin, PageSink.NONE);
  }

  /**
   * Walks on to produce the pages after the meta pages; begin when {@link #measure} has ended.
   *
   * @param sink the same in every call
   * @return the same as {@link #measure} when there are no more pages; null before
   */
  public @Nullable BoltLayout write(int bytesMin, PageSink sink) {
    return step(bytesMin, sink);
  }

  private @Nullable BoltLayout step(int bytesMin, PageSink sink) {
    Pass current = pass;
    if (current == null) {
      current = new Pass(sink);
      pass = current;
    }
    BoltLayout layout = current.step(bytesMin);
    if (layout != null) {
      pass = null;
    }
    return layout;
  }

  @Override
  public void close() {
    if (pass != null) {
      pass.close();
      pass = null;
    }
    view.close();
  }
}
