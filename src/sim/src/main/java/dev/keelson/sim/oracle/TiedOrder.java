package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The order of keys that are equal in the field a range is sorted by.
 *
 * <p>etcd sorts with an unstable sort, so that order is unspecified. It is an insertion sort, and
 * so stable, up to twelve elements: there answers must agree exactly. Above, ties are put into key
 * order before comparing, and of a last tie that the limit may have cut only the sorted field is
 * kept.
 */
final class TiedOrder {
  private static final int STABLE_ELEMENTS = 12;

  private TiedOrder() {}

  static RangeResponse settle(RangeRequest request, RangeResponse response) {
    boolean byKey = request.getSortTarget() == RangeRequest.SortTarget.KEY;
    if (byKey || response.getCount() <= STABLE_ELEMENTS || response.getKvsCount() == 0) {
      return response;
    }
    Comparator<KeyValue> field = field(request.getSortTarget());
    Comparator<KeyValue> order =
        request.getSortOrder() == RangeRequest.SortOrder.DESCEND ? field.reversed() : field;
    List<KeyValue> kvs = new ArrayList<>(response.getKvsList());
    kvs.sort(order.thenComparing(KeyValue::getKey, ByteString.unsignedLexicographicalComparator()));
    if (response.getMore()) {
      KeyValue last = kvs.getLast();
      kvs.replaceAll(kv -> order.compare(kv, last) == 0 ? onlyField(request, kv) : kv);
    }
    boolean wasSorted = isSorted(response.getKvsList(), order);
    return wasSorted ? response.toBuilder().clearKvs().addAllKvs(kvs).build() : response;
  }

  private static boolean isSorted(List<KeyValue> kvs, Comparator<KeyValue> order) {
    for (int i = 1; i < kvs.size(); i++) {
      if (order.compare(kvs.get(i - 1), kvs.get(i)) > 0) {
        return false;
      }
    }
    return true;
  }

  private static Comparator<KeyValue> field(RangeRequest.SortTarget target) {
    return switch (target) {
      case VERSION -> Comparator.comparingLong(KeyValue::getVersion);
      case CREATE -> Comparator.comparingLong(KeyValue::getCreateRevision);
      case MOD -> Comparator.comparingLong(KeyValue::getModRevision);
      case VALUE ->
          Comparator.comparing(KeyValue::getValue, ByteString.unsignedLexicographicalComparator());
      case KEY, UNRECOGNIZED ->
          Comparator.comparing(KeyValue::getKey, ByteString.unsignedLexicographicalComparator());
    };
  }

  private static KeyValue onlyField(RangeRequest request, KeyValue kv) {
    KeyValue.Builder kept = KeyValue.newBuilder();
    switch (request.getSortTarget()) {
      case VERSION -> kept.setVersion(kv.getVersion());
      case CREATE -> kept.setCreateRevision(kv.getCreateRevision());
      case MOD -> kept.setModRevision(kv.getModRevision());
      case VALUE -> kept.setValue(kv.getValue());
      case KEY, UNRECOGNIZED -> kept.setKey(kv.getKey());
    }
    return kept.build();
  }
}
