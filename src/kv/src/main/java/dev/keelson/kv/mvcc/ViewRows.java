package dev.keelson.kv.mvcc;

import com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/** The rows of a frozen {@link View}. */
public final class ViewRows implements RowSource {
  private final View view;

  public ViewRows(View view) {
    this.view = view;
  }

  @Override
  public long revision() {
    return view.revision();
  }

  @Override
  public long compactRevision() {
    return view.compactRevision();
  }

  @Override
  public Metadata metadata(ByteString key) {
    Row row = get(key.toByteArray());
    return row == null
        ? new Metadata(0, 0, 0, 0)
        : new Metadata(row.createRevision(), row.modRevision(), row.version(), row.lease());
  }

  @Override
  public @Nullable Row get(byte[] key) {
    byte[] stored = view.reader().get(Families.CURRENT, key);
    return stored == null ? null : Row.parse(stored);
  }

  @Override
  public RowCursor rows(KeyRange range, boolean descending) {
    return new CurrentCursor(view.reader(), range, descending);
  }

  @Override
  public long count(KeyRange range) {
    return view.counts().count(view.reader(), range);
  }

  @Override
  public @Nullable Row getAt(byte[] key, long revision) {
    return HistoryCursor.find(view.reader(), key, revision);
  }

  @Override
  public RowCursor rowsAt(KeyRange range, long revision) {
    return new HistoryCursor(view.reader(), range, revision);
  }

  @Override
  public long countAt(KeyRange range, long revision) {
    return HistoryCount.at(view.reader(), range, revision, view.revision(), count(range));
  }
}
