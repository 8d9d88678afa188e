package dev.keelson.kv.txn;

import com.google.protobuf.ByteString;
import dev.keelson.kv.mvcc.KeyRange;
import dev.keelson.kv.mvcc.Row;
import dev.keelson.kv.mvcc.RowCursor;
import dev.keelson.kv.mvcc.RowSource;
import dev.keelson.kv.mvcc.RowSource.Metadata;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates one compare of a transaction. Over a range it must hold for every key. A key that does
 * not exist compares as zero, but never satisfies a compare of its value. An unset or mismatching
 * {@code target_union} means zero or empty; an unknown target compares equal; an unknown result
 * holds.
 */
final class Comparison {
  private static final Metadata MISSING = new Metadata(0, 0, 0, 0);

  private Comparison() {}

  /** Whether rows, not only metadata of single keys, are looked at. */
  static boolean needsRows(Compare compare) {
    return compare.getTarget() == CompareTarget.VALUE || !compare.getRangeEnd().isEmpty();
  }

  static boolean holds(Compare compare, RowSource rows) {
    if (!needsRows(compare)) {
      return holds(compare, rows.metadata(compare.getKey()), null);
    }
    KeyRange range = KeyRange.of(compare.getKey(), compare.getRangeEnd());
    boolean any = false;
    try (RowCursor cursor = rows.rows(range, false)) {
      for (Row row = cursor.next(); row != null; row = cursor.next()) {
        any = true;
        Metadata metadata =
            new Metadata(row.createRevision(), row.modRevision(), row.version(), row.lease());
        if (!holds(compare, metadata, row)) {
          return false;
        }
      }
    }
    return any || (compare.getTarget() != CompareTarget.VALUE && holds(compare, MISSING, null));
  }

  private static boolean holds(Compare compare, Metadata actual, @Nullable Row row) {
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(actual.version(), compare.getVersion());
          case CREATE -> Long.compare(actual.createRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(actual.modRevision(), compare.getModRevision());
          case LEASE -> Long.compare(actual.lease(), compare.getLease());
          case VALUE -> row == null ? 0 : row.compareValue(bytes(compare.getValue()));
          case UNRECOGNIZED -> 0;
        };
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case NOT_EQUAL -> order != 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case UNRECOGNIZED -> true;
    };
  }

  private static byte[] bytes(ByteString value) {
    return value.toByteArray();
  }
}
