package dev.keelson.sim.network;

/**
 * How the network is when nothing is broken; delays in nanoseconds.
 *
 * @param lossPermille messages that vanish
 * @param twicePermille messages that arrive twice
 * @param overtakePermille messages that later ones may overtake, as on another lane or connection
 */
public record Weather(
    long delayMin, long delayMax, int lossPermille, int twicePermille, int overtakePermille) {
  /** Nothing is lost, nothing comes twice. */
  public Weather calm() {
    return new Weather(delayMin, delayMax, 0, 0, 0);
  }
}
