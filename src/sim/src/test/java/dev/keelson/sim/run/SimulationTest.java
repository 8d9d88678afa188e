package dev.keelson.sim.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SimulationTest {
  @Test
  void keepsItsPromisesOnManySeeds() {
    long events = 0;
    long start = System.nanoTime();
    for (long seed = 1; seed <= 40; seed++) {
      Result result;
      try {
        result = new Simulation(seed).run(25_000);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
      events += result.events();
      System.out.println(result);
    }
    System.out.println(events * 1_000_000_000L / (System.nanoTime() - start) + " events/s");
  }

  @Test
  void sameSeedGoesTheSameWay() {
    assertThat(new Simulation(7).run(25_000)).isEqualTo(new Simulation(7).run(25_000));
  }
}
