package dev.keelson.server.command.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrailedDigestTest {
  private static byte[] trailed(int length, Random random) throws Exception {
    byte[] all = new byte[length + 32];
    random.nextBytes(all);
    byte[] content = Arrays.copyOf(all, length);
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
    System.arraycopy(digest, 0, all, length, 32);
    return all;
  }

  private static boolean matches(byte[] all, Random random) {
    TrailedDigest digest = new TrailedDigest();
    for (int at = 0; at < all.length; ) {
      int step = Math.min(all.length - at, random.nextInt(80));
      digest.update(ByteBuffer.wrap(all, at, step));
      at += step;
    }
    return digest.matches();
  }

  @Test
  void holdsTheEndBackHoweverItIsCutUp() throws Exception {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      byte[] all = trailed(random.nextInt(500), random);
      assertThat(matches(all, random)).as("seed %d", seed).isTrue();
      all[random.nextInt(all.length)] ^= 1;
      assertThat(matches(all, random)).as("seed %d, damaged", seed).isFalse();
    }
    assertThat(matches(new byte[31], new Random(1))).isFalse();
  }
}
