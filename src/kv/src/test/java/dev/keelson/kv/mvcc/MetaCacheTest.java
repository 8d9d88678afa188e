package dev.keelson.kv.mvcc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class MetaCacheTest {
  private static final int RING_BYTES = 256 << 10;

  private final MetaCache cache = new MetaCache(RING_BYTES);

  private static KeyMeta meta(long seed) {
    KeyMeta meta = new KeyMeta();
    meta.createRevision = seed;
    meta.main = seed + 1;
    meta.sub = seed + 2;
    meta.version = seed + 3;
    meta.lease = -seed;
    return meta;
  }

  private static String text(@Nullable KeyMeta meta) {
    return meta == null
        ? "nothing"
        : meta.createRevision + " " + meta.revision() + " " + meta.version + " " + meta.lease;
  }

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("key-" + number);
  }

  @Test
  void whatItStillKnowsIsTheNewest() {
    Random random = new Random(7);
    Map<ByteString, KeyMeta> truth = new HashMap<>();
    long known = 0;
    for (int i = 0; i < 300_000; i++) {
      ByteString key =
          random.nextInt(20) == 0
              ? ByteString.copyFrom(new byte[random.nextInt(257)])
              : key(random.nextInt(6000));
      KeyMeta found = cache.get(key);
      if (found != null) {
        known++;
        assertThat(text(found)).isEqualTo(text(truth.get(key)));
      }
      KeyMeta next = meta(i + 1);
      truth.put(key, next);
      cache.put(key, next);
      assertThat(text(cache.get(key))).isEqualTo(text(next));
    }
    assertThat(known).as("most are found while the ring holds most").isGreaterThan(150_000);
  }

  @Test
  void growsBeforeItForgets() {
    for (int i = 0; i < 4000; i++) {
      cache.put(key(i), meta(i + 1));
    }
    int known = 0;
    for (int i = 0; i < 4000; i++) {
      known += cache.get(key(i)) == null ? 0 : 1;
    }
    assertThat(known).as("some are lost to full buckets").isGreaterThan(3500);
  }

  @Test
  void entriesThatFillTheRingExactlyAreFoundAfterItHasGrown() {
    for (int i = 0; i < 3000; i++) {
      ByteString key = ByteString.copyFromUtf8("%020d".formatted(i)); // 64 bytes with its header
      cache.put(key, meta(i + 1));
      assertThat(text(cache.get(key))).isEqualTo(text(meta(i + 1)));
    }
    for (int i = 0; i < 3000; i++) {
      KeyMeta found = cache.get(ByteString.copyFromUtf8("%020d".formatted(i)));
      assertThat(text(found)).isIn("nothing", text(meta(i + 1)));
    }
  }

  @Test
  void aRingThatIsFullForgetsTheOldest() {
    for (int i = 0; i < 20_000; i++) {
      cache.put(key(i), meta(i + 1));
    }
    assertThat(cache.get(key(0))).isNull();
    assertThat(text(cache.get(key(19_999)))).isEqualTo(text(meta(20_000)));
  }

  @Test
  void aChangeOfWhatWasHandedOutChangesNothing() {
    cache.put(key(1), meta(5));
    requireNonNull(cache.get(key(1))).clear();
    assertThat(requireNonNull(cache.get(key(1))).exists()).isTrue();
  }

  @Test
  void longKeysAreNotKept() {
    ByteString key = ByteString.copyFrom(new byte[257]);
    cache.put(key, meta(1));
    assertThat(cache.get(key)).isNull();
  }

  @Test
  void aSizeThatIsNoPowerOfTwoIsRefused() {
    assertThatThrownBy(() -> new MetaCache(100_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("100000");
  }
}
