package dev.keelson.kv.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.mvcc.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whether a range lies within what was granted. */
class KeySpaceTest {
  private static final byte[] LETTERS = {0, 'a', 'b', (byte) 0xff};

  private static ByteString key(String text) {
    return ByteString.copyFrom(text, java.nio.charset.StandardCharsets.ISO_8859_1);
  }

  private static KeySpace space(String... pairs) {
    KeySpace.Builder space = new KeySpace.Builder();
    for (int i = 0; i < pairs.length; i += 2) {
      space.add(key(pairs[i]), key(pairs[i + 1]));
    }
    return space.build();
  }

  private static boolean covers(KeySpace space, String key, String end) {
    return space.covers(key(key), key(end));
  }

  @Test
  void aSingleKeyCoversItselfAndNothingFromItOn() {
    KeySpace space = space("a", "");
    assertThat(covers(space, "a", "")).isTrue();
    assertThat(covers(space, "a", "a\0")).isTrue();
    assertThat(covers(space, "a\0", "")).isFalse();
    assertThat(covers(space, "a", "b")).isFalse();
    assertThat(covers(space, "a", "\0")).as("all keys from here on").isFalse();
    assertThat(covers(space, "", "")).isFalse();
  }

  @Test
  void rangesThatTouchOrOverlapCountAsOne() {
    KeySpace space = space("a", "c", "b", "d", "d", "e", "x", "z");
    assertThat(covers(space, "a", "e")).isTrue();
    assertThat(covers(space, "a", "e\0")).isFalse();
    assertThat(covers(space, "d", "y")).isFalse();
    assertThat(covers(space, "y", "z")).isTrue();
    assertThat(covers(space, "e", "")).isFalse();
  }

  @Test
  void onlyAnOpenGrantCoversAnOpenRange() {
    assertThat(covers(space("b", "\0"), "b", "\0")).isTrue();
    assertThat(covers(space("b", "\0"), "c", "\0")).isTrue();
    assertThat(covers(space("b", "\0"), "a", "\0")).isFalse();
    assertThat(covers(space("b", "\u00ff\u00ff"), "b", "\0")).isFalse();
    assertThat(covers(space("a", "c", "b", "\0"), "a", "\0")).isTrue();
    assertThat(space("\0", "\0").coversAll()).isTrue();
    assertThat(space("a", "\0").coversAll()).isFalse();
  }

  @Test
  void ofARangeThatEndsBeforeItBeginsTheFirstKeyCounts() {
    assertThat(covers(space("b", "c"), "b", "a")).isTrue();
    assertThat(covers(space("b", "c"), "d", "a")).isFalse();
  }

  @Test
  void bytesCompareUnsigned() {
    assertThat(covers(space("a", "\u00ff"), "\u0080", "")).isTrue();
    assertThat(covers(space("\u0080", "\u00ff"), "a", "")).isFalse();
  }

  /** Against looking at every key: with keys this short none in between makes a difference. */
  @Test
  void decidesAsLookingAtEveryKeyDoes() {
    List<byte[]> everyKey = keysUpTo(4);
    List<byte[]> ends = keysUpTo(2);
    Random random = new Random(7);
    int covered = 0;
    for (int round = 0; round < 3000; round++) {
      List<KeyRange> grants = new ArrayList<>();
      KeySpace.Builder builder = new KeySpace.Builder();
      for (int i = random.nextInt(5); i >= 0; i--) {
        byte[] from = pick(ends, random);
        byte[] to = pick(ends, random);
        grants.add(KeyRange.of(from, to));
        builder.add(ByteString.copyFrom(from), ByteString.copyFrom(to));
      }
      KeySpace space = builder.build();
      for (int i = 0; i < 20; i++) {
        byte[] from = pick(ends, random);
        byte[] to = pick(ends, random);
        KeyRange asked = KeyRange.of(from, to);
        boolean expected =
            asked.isEmpty()
                ? grants.stream().anyMatch(grant -> grant.contains(from))
                : everyKey.stream()
                    .filter(asked::contains)
                    .allMatch(each -> grants.stream().anyMatch(grant -> grant.contains(each)));
        assertThat(space.covers(ByteString.copyFrom(from), ByteString.copyFrom(to)))
            .as("%s in %s", asked, grants)
            .isEqualTo(expected);
        covered += expected ? 1 : 0;
      }
    }
    assertThat(covered).isBetween(5_000, 55_000);
  }

  private static byte[] pick(List<byte[]> keys, Random random) {
    return keys.get(random.nextInt(keys.size()));
  }

  private static List<byte[]> keysUpTo(int length) {
    List<byte[]> keys = new ArrayList<>(List.of(new byte[0]));
    List<byte[]> longest = keys;
    for (int i = 0; i < length; i++) {
      List<byte[]> longer = new ArrayList<>();
      for (byte[] shorter : longest) {
        for (byte letter : LETTERS) {
          byte[] next = java.util.Arrays.copyOf(shorter, shorter.length + 1);
          next[shorter.length] = letter;
          longer.add(next);
        }
      }
      keys.addAll(longer);
      longest = longer;
    }
    return keys;
  }
}
