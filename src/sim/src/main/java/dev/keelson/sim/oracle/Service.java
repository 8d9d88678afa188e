package dev.keelson.sim.oracle;

/** Services that a run may leave out, for a server that does not have them. */
public enum Service {
  /** Users, roles and permissions. */
  AUTH,
  /** The lock and election services. */
  LOCK,
  /** Changes of the membership. */
  MEMBERSHIP,
  /** The downgrade call of the maintenance service. */
  DOWNGRADE
}
