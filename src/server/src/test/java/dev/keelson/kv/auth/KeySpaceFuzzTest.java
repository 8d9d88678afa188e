package dev.keelson.kv.auth;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** Whether a range lies within grants, against a look at every key of a small world. */
class KeySpaceFuzzTest {
  private static final int GRANTS_MAX = 4;
  private static final ByteString OPEN = ByteString.copyFrom(new byte[] {0});

  /** All keys of up to three bytes out of four values, which has both ends of the order. */
  private static final List<ByteString> WORLD = world();

  private record Range(ByteString key, ByteString end) {
    boolean contains(ByteString point) {
      if (end.isEmpty()) {
        return point.equals(key);
      }
      return compare(key, point) <= 0 && (end.equals(OPEN) || compare(point, end) < 0);
    }
  }

  private static List<ByteString> world() {
    List<ByteString> all = new ArrayList<>(List.of(ByteString.EMPTY));
    for (int from = 0, to = 1; to < 85; ) {
      for (int i = from; i < to; i++) {
        for (int letter : new int[] {0, 'a', 'b', 0xff}) {
          all.add(all.get(i).concat(ByteString.copyFrom(new byte[] {(byte) letter})));
        }
      }
      from = to;
      to = all.size();
    }
    return List.copyOf(all.subList(1, all.size()));
  }

  private static int compare(ByteString left, ByteString right) {
    return ByteString.unsignedLexicographicalComparator().compare(left, right);
  }

  @FuzzTest(maxDuration = "1m")
  void whatIsCoveredIsGranted(FuzzedDataProvider data) {
    KeySpace.Builder builder = new KeySpace.Builder();
    List<Range> grants = new ArrayList<>();
    for (int i = data.consumeInt(0, GRANTS_MAX); i > 0; i--) {
      Range grant = range(data);
      grants.add(grant);
      builder.add(grant.key(), grant.end());
    }
    Range asked = range(data);
    if (!builder.build().covers(asked.key(), asked.end())) {
      return;
    }
    for (ByteString point : WORLD) {
      if (asked.contains(point) && grants.stream().noneMatch(grant -> grant.contains(point))) {
        throw new IllegalStateException(asked + " is covered by " + grants + " but not " + point);
      }
    }
  }

  @FuzzTest(maxDuration = "1m")
  void whatIsGrantedIsCovered(FuzzedDataProvider data) {
    KeySpace.Builder builder = new KeySpace.Builder();
    Range grant = range(data);
    builder.add(grant.key(), grant.end());
    for (int i = data.consumeInt(0, GRANTS_MAX); i > 0; i--) {
      Range more = range(data);
      builder.add(more.key(), more.end());
    }
    KeySpace space = builder.build();
    for (ByteString point : WORLD) {
      if (grant.contains(point) && !space.covers(point, ByteString.EMPTY)) {
        throw new IllegalStateException(point + " of " + grant + " is not covered");
      }
    }
  }

  private static Range range(FuzzedDataProvider data) {
    ByteString key = data.pickValue(WORLD);
    int kind = data.consumeInt(0, 2);
    return new Range(key, kind == 0 ? ByteString.EMPTY : kind == 1 ? OPEN : data.pickValue(WORLD));
  }
}
