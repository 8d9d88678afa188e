package dev.keelson.sim.time;

/** Whose event it is: one life of a process, or the world outside of all processes. */
public interface Party {
  /** What no process does: the network, clients, faults. */
  Party WORLD =
      new Party() {
        @Override
        public int number() {
          return 0;
        }

        @Override
        public boolean alive() {
          return true;
        }

        @Override
        public long stoppedUntilNanos() {
          return 0;
        }
      };

  /** The same in every run of a seed; 0 is the world. */
  int number();

  /** Whether its events still happen. */
  boolean alive();

  /** The moment before which nothing of it happens: a process that is stopped (SIGSTOP). */
  long stoppedUntilNanos();
}
