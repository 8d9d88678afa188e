package dev.keelson.kv;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.List;
import java.util.SortedMap;

/** Compares, told once more. */
final class ModelCompare {
  private ModelCompare() {}

  static boolean holds(SortedMap<ByteString, Model.Cell> state, Compare compare) {
    List<KeyValue> rows =
        state.values().stream()
            .map(Model.Cell::row)
            .filter(
                row -> ModelRange.contains(compare.getKey(), compare.getRangeEnd(), row.getKey()))
            .toList();
    if (rows.isEmpty()) {
      return compare.getTarget() != CompareTarget.VALUE
          && holds(compare, KeyValue.getDefaultInstance());
    }
    return rows.stream().allMatch(row -> holds(compare, row));
  }

  private static boolean holds(Compare compare, KeyValue row) {
    int order =
        switch (compare.getTarget()) {
          case VERSION -> Long.compare(row.getVersion(), compare.getVersion());
          case CREATE -> Long.compare(row.getCreateRevision(), compare.getCreateRevision());
          case MOD -> Long.compare(row.getModRevision(), compare.getModRevision());
          case LEASE -> Long.compare(row.getLease(), compare.getLease());
          case VALUE -> Model.ORDER.compare(row.getValue(), compare.getValue());
          case UNRECOGNIZED -> 0;
        };
    return switch (compare.getResult()) {
      case EQUAL -> order == 0;
      case GREATER -> order > 0;
      case LESS -> order < 0;
      case NOT_EQUAL -> order != 0;
      case UNRECOGNIZED -> true;
    };
  }
}
