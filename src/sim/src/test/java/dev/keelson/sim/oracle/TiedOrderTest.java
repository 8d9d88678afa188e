package dev.keelson.sim.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TiedOrderTest {
  private static final RangeRequest BY_VERSION =
      RangeRequest.newBuilder()
          .setSortTarget(RangeRequest.SortTarget.VERSION)
          .setSortOrder(RangeRequest.SortOrder.ASCEND)
          .build();

  @Test
  void manyTiesCompareInAnyOrder() {
    List<KeyValue> kvs = kvs(20, 1);
    List<KeyValue> reversed = new ArrayList<>(kvs);
    Collections.reverse(reversed);
    assertThat(settle(kvs, 20)).isEqualTo(settle(reversed, 20));
  }

  @Test
  void fewTiesMustBeInTheExactOrder() {
    List<KeyValue> kvs = kvs(12, 1);
    List<KeyValue> reversed = new ArrayList<>(kvs);
    Collections.reverse(reversed);
    assertThat(settle(kvs, 12)).isNotEqualTo(settle(reversed, 12));
  }

  @Test
  void wrongOrderOfTheSortedFieldStaysVisible() {
    List<KeyValue> kvs = new ArrayList<>(kvs(19, 1));
    kvs.addFirst(KeyValue.newBuilder().setVersion(2).build());
    List<KeyValue> right = new ArrayList<>(kvs);
    right.addLast(right.removeFirst());
    assertThat(settle(kvs, 20)).isNotEqualTo(settle(right, 20));
  }

  private static RangeResponse settle(List<KeyValue> kvs, int count) {
    return TiedOrder.settle(
        BY_VERSION, RangeResponse.newBuilder().addAllKvs(kvs).setCount(count).build());
  }

  private static List<KeyValue> kvs(int count, long version) {
    List<KeyValue> kvs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ByteString key = ByteString.copyFromUtf8("k%02d".formatted(i));
      kvs.add(KeyValue.newBuilder().setKey(key).setVersion(version).build());
    }
    return kvs;
  }
}
