package dev.keelson.storage.disk;

/** What becomes of the changes that were not persisted when the power fails. */
public enum Survival {
  /** All are lost. */
  NONE,
  /** All survive: the process died, the machine went on. */
  ALL,
  /** Those before a random moment survive, the write at that moment up to a random sector. */
  PREFIX,
  /** Each sector of each write and each change of a name survives or not, independently. */
  RANDOM
}
