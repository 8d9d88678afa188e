package dev.keelson.node.peer;

import dev.keelson.raft.SnapshotMetadata;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A member's state as transports send and receive it. The methods may block, except {@link #needs}.
 * Thread-safe.
 */
public interface SnapshotStore {
  /**
   * Where a transport may keep checkpoints to send and what arrives: in the file system of the
   * state. Nobody else uses it; what an earlier process left is the transport's to remove.
   */
  Path directory();

  /**
   * Writes a checkpoint of the newest state.
   *
   * @param target must not exist
   * @return where in the log the checkpoint stands
   */
  SnapshotMetadata checkpoint(Path target) throws IOException;

  /** Whether the state does not yet contain everything up to {@code index}. */
  boolean needs(long index);

  /**
   * Takes over a checkpoint that has arrived, complete and durable, to install it when consensus
   * asks for it. Only then consensus may be told, by {@link Receiver#received}.
   *
   * @throws IOException if it is not a checkpoint of what {@code snapshot} says; then it is removed
   */
  void arrived(Path checkpoint, SnapshotMetadata snapshot) throws IOException;
}
