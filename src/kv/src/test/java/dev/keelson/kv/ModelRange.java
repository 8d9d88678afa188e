package dev.keelson.kv;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/** Ranges, told once more. */
final class ModelRange {
  private static final ByteString OPEN = ByteString.copyFrom(new byte[1]);

  private ModelRange() {}

  static boolean contains(ByteString from, ByteString end, ByteString key) {
    if (end.isEmpty()) {
      return key.equals(from);
    }
    return Model.ORDER.compare(key, from) >= 0
        && (end.equals(OPEN) || Model.ORDER.compare(key, end) < 0);
  }

  static void checkRevision(Model model, long revision) throws KvException {
    if (revision > model.revision) {
      throw new KvException(KvError.FUTURE_REVISION);
    }
    if (revision > 0 && revision < model.compacted) {
      throw new KvException(KvError.COMPACTED);
    }
  }

  static RangeResponse read(
      SortedMap<ByteString, Model.Cell> state, RangeRequest request, long headerRevision) {
    List<KeyValue> all =
        state.values().stream()
            .map(Model.Cell::row)
            .filter(row -> contains(request.getKey(), request.getRangeEnd(), row.getKey()))
            .toList();
    RangeResponse.Builder response =
        RangeResponse.newBuilder().setHeader(Responses.header(headerRevision)).setCount(all.size());
    if (request.getCountOnly()) {
      return response.build();
    }
    List<KeyValue> rows = new ArrayList<>(all);
    rows.removeIf(row -> !passes(request, row));
    boolean filtered = rows.size() < all.size() || hasFilters(request);
    long limit = request.getLimit() <= 0 ? Long.MAX_VALUE : request.getLimit();
    if (request.getSortOrder() == SortOrder.NONE && !filtered && limit < rows.size()) {
      rows.subList((int) limit + 1, rows.size()).clear();
    }
    rows.sort(order(request));
    if (rows.size() > limit) {
      rows.subList((int) limit, rows.size()).clear();
      response.setMore(true);
    }
    for (KeyValue row : rows) {
      KeyValue.Builder shown = row.toBuilder();
      if (request.getKeysOnly()) {
        shown.clearValue();
      }
      response.addKvs(shown);
    }
    return response.build();
  }

  private static boolean hasFilters(RangeRequest request) {
    return request.getMinModRevision() != 0
        || request.getMaxModRevision() != 0
        || request.getMinCreateRevision() != 0
        || request.getMaxCreateRevision() != 0;
  }

  private static boolean passes(RangeRequest request, KeyValue row) {
    return (request.getMinModRevision() == 0 || row.getModRevision() >= request.getMinModRevision())
        && (request.getMaxModRevision() == 0 || row.getModRevision() <= request.getMaxModRevision())
        && (request.getMinCreateRevision() == 0
            || row.getCreateRevision() >= request.getMinCreateRevision())
        && (request.getMaxCreateRevision() == 0
            || row.getCreateRevision() <= request.getMaxCreateRevision());
  }

  private static Comparator<KeyValue> order(RangeRequest request) {
    Comparator<KeyValue> order =
        switch (request.getSortTarget()) {
          case KEY -> Comparator.comparing(KeyValue::getKey, Model.ORDER);
          case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
          case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
          case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
          case VALUE -> Comparator.comparing(KeyValue::getValue, Model.ORDER);
          case UNRECOGNIZED -> throw new AssertionError("not generated");
        };
    return request.getSortOrder() == SortOrder.DESCEND ? order.reversed() : order;
  }
}
