package dev.keelson.kv.mvcc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class StateDigestTest {
  private static StateDigest of(long from, long to, long odd) {
    StateDigest digest = new StateDigest();
    for (long index = from; index <= to; index++) {
      digest.fold(index == odd ? new byte[] {1, 2, 3} : new byte[] {1, 2});
      digest.sealed(index, 1);
    }
    digest.published(to);
    return digest;
  }

  @Test
  void equalEffectsGiveEqualDigestsAtEveryEntry() {
    StateDigest one = of(1, 100, 0);
    StateDigest other = of(1, 200, 0);
    assertThat(one.at(1)).isPresent().isEqualTo(other.at(1));
    assertThat(one.at(100)).isPresent().isEqualTo(other.at(100));
  }

  @Test
  void oneDifferentEffectShowsFromThereOn() {
    StateDigest one = of(1, 200, 0);
    StateDigest other = of(1, 200, 150);
    assertThat(one.at(149)).isEqualTo(other.at(149));
    assertThat(one.at(150)).isNotEqualTo(other.at(150));
    assertThat(one.at(200)).isNotEqualTo(other.at(200));
  }

  @Test
  void whatIsNotAppliedOrLongGoneIsNotKnown() {
    StateDigest digest = of(1, 100_000, 0);
    assertThat(digest.at(100_001)).isEqualTo(OptionalLong.empty());
    assertThat(digest.at(100_000)).isPresent();
    assertThat(digest.at(50_000)).isEqualTo(OptionalLong.empty());
  }

  @Test
  void aRestartGoesOnFromTheStoredDigest() {
    StateDigest before = of(1, 50, 0);
    StateDigest after = new StateDigest();
    after.restart(50, before.value());
    assertThat(after.at(50)).isEqualTo(before.at(50));
    assertThat(after.at(49)).isEqualTo(OptionalLong.empty());
    after.fold(new byte[] {1, 2});
    after.sealed(51, 1);
    after.published(51);
    assertThat(after.at(51)).isEqualTo(of(1, 51, 0).at(51));
  }
}
