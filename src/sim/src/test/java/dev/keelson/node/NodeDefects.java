package dev.keelson.node;

import dev.keelson.raft.SnapshotMetadata;

/** Defects that need the package; see {@code dev.keelson.sim.planted}. */
public final class NodeDefects {
  private NodeDefects() {}

  /** A crash between the new state and the new log leaves no trace of what was going on. */
  static void writeNoNote(InstallNote note, SnapshotMetadata snapshot) {}
}
