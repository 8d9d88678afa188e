package dev.keelson.storage.backend;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The ordered store below the state machine: a rebuildable cache of the raft log. It has no log of
 * its own. A write is visible at once and durable only when a later flush completes; a crash
 * returns to the state of some completed flush, of all families together (never of some), from
 * which replaying the raft log continues.
 *
 * <p>One thread writes; any number may read. Every failure of the disk is thrown as {@link
 * BackendException} and is final: the member must stop.
 */
public interface KvBackend extends Reader, Closeable {
  /** An empty batch. Close it. */
  WriteBatch batch();

  /**
   * Applies the batch atomically; visible to readers when this returns. Does not clear the batch.
   */
  void write(WriteBatch batch);

  /**
   * Begins to take in many rows of one family: cheaper than batches, for filling a store that does
   * not serve yet. At most one for a family at a time; each may be used by a thread of its own
   * while nobody writes otherwise. Close it.
   */
  Ingestion ingestion(Family family);

  /** A consistent view of everything written so far. Cheap (microseconds). Close it. */
  Snapshot snapshot();

  /**
   * Starts making everything written so far durable and returns at once. Nothing written after the
   * call belongs to this flush. {@code done} runs on a thread of the backend when the data is
   * durable; it never runs if the flush fails, the failure is then thrown by the next call.
   */
  void startFlush(Runnable done);

  /** Durable when this returns. */
  void flush();

  /**
   * About how many bytes of memory the rows take that were written since the last {@link
   * #startFlush} or {@link #flush}. Costs nothing; the owner asks after each batch and starts a
   * flush when it has had enough.
   */
  long unflushedBytes();

  /** Bytes allocated on disk plus not yet flushed memory; what a quota is measured against. */
  long sizeBytes();

  /** An estimate of the live bytes within {@link #sizeBytes}. */
  long liveSizeBytes();

  /**
   * Reclaims space held by deleted rows now rather than later. Blocks the caller only, never
   * readers or the writer.
   */
  void compact();

  /**
   * Writes a complete, durable, openable copy of the newest flushed-or-written state to {@code
   * directory}, which must not exist; files are shared with the live store where the file system
   * allows.
   */
  void checkpoint(Path directory) throws IOException;

  /**
   * Reads a checkpoint of such a backend without changing it; the reader is valid during the call
   * only.
   *
   * @throws IOException if it is none, or damaged
   */
  <T> T inspect(Path checkpoint, Function<Reader, T> question) throws IOException;

  /**
   * Puts the contents of a checkpoint in the place of all rows, at once and durably: after a crash
   * the backend has either the old contents or the new ones. Open snapshots and cursors go on
   * showing the old ones. Batches made before cannot be written any more, and what was to run after
   * flushes under way never runs. Writer's thread.
   *
   * @param checkpoint is taken over; must be durable, and in the file system of the backend
   * @throws IOException if it cannot be moved; nothing has changed
   * @throws BackendException if it cannot be used; that is final
   */
  void replaceContents(Path checkpoint) throws IOException;

  /**
   * Flushes, then closes. Calls under way end first, later ones throw {@link
   * IllegalStateException}.
   *
   * @throws IllegalStateException if snapshots or cursors are still open; the backend then stays
   *     open
   * @throws BackendException if the flush failed; the backend is closed all the same
   */
  @Override
  void close();
}
