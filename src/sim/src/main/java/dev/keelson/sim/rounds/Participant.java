package dev.keelson.sim.rounds;

/** Somebody who takes part in a round, on a thread of its own, until the load ends. */
interface Participant {
  void run() throws InterruptedException;
}
