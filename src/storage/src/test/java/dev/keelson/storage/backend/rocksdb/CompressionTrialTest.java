package dev.keelson.storage.backend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CompressionTrialTest {
  private final CompressionTrial trial = new CompressionTrial(800);

  @Test
  void itBeginsWithAShortTable() {
    assertThat(trial.compress()).isTrue();
    assertThat(trial.tableBytes()).isEqualTo(100);
  }

  @Test
  void whatGetsSmallerIsCompressedFromThenOn() {
    for (int i = 0; i < 30; i++) {
      trial.wrote(1000, 900);
      assertThat(trial.compress()).isTrue();
      assertThat(trial.tableBytes()).isEqualTo(800);
    }
  }

  @Test
  void whatDoesNotIsLeftAndTriedAgainNowAndThen() {
    int compressed = 0;
    for (int i = 0; i < 90; i++) {
      compressed += trial.compress() ? 1 : 0;
      assertThat(trial.tableBytes()).isEqualTo(trial.compress() ? 100 : 800);
      trial.wrote(1000, 1001);
    }
    assertThat(compressed).isEqualTo(10);
  }

  @Test
  void rowsThatBecomeCompressibleAreNoticed() {
    trial.wrote(1000, 1000);
    while (!trial.compress()) {
      trial.wrote(1000, 1000);
    }
    trial.wrote(1000, 400);
    assertThat(trial.compress()).isTrue();
    assertThat(trial.tableBytes()).isEqualTo(800);
  }

  @Test
  void andRowsThatCeaseToBe() {
    trial.wrote(1000, 400);
    trial.wrote(1000, 990);
    assertThat(trial.compress()).isFalse();
  }
}
