package dev.keelson.server.command.snapshot;

import dev.keelson.kv.error.KvException;
import dev.keelson.kv.mvcc.MvccStore;
import dev.keelson.kv.mvcc.StoreHash;
import dev.keelson.kv.mvcc.View;
import dev.keelson.kv.snapshot.ContentDigest;
import dev.keelson.kv.snapshot.SnapshotImport;
import dev.keelson.node.MemberSeed;
import dev.keelson.node.MemberSettings.Memory;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import dev.keelson.storage.backend.BackendException;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.bbolt.BoltReader;
import dev.keelson.storage.wal.WalException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Makes the directories of a member from a snapshot file, all or nothing. */
public final class SnapshotRestore {
  /** Little beside the rows is needed: nobody reads. */
  private static final Memory MEMORY = new Memory(16L << 20, 32L << 20, 0, 0);

  private static final int STEP_BYTES = 1 << 20;

  private final SnapshotFile file;
  private final Progress progress;

  /** Prepares to restore a file. */
  public SnapshotRestore(SnapshotFile file, Progress progress) {
    this.file = file;
    this.progress = progress;
  }

  /**
   * What was restored.
   *
   * @param revision the newest revision
   * @param compactRevision the last compaction; -1 if there was none
   * @param keys live keys
   * @param digest the {@link ContentDigest} of the restored store, if it was asked for
   * @param hashKv the answer of {@code HashKV} at the newest revision, if that was asked for
   */
  public record Result(
      long revision,
      long compactRevision,
      long keys,
      @Nullable String digest,
      @Nullable Integer hashKv) {}

  /**
   * Restores.
   *
   * @param dataDir the data directory; does not exist or is empty
   * @param walDir the directory of the log; null for the usual one in the data directory
   * @param bumpBy added to the revision, and older revisions compacted; 0 for neither
   * @param check of the file; the directories get their names when it has ended well
   * @throws CommandException if that fails; nothing is left behind then
   */
  public Result into(
      Path dataDir, @Nullable Path walDir, MemberSeed seed, long bumpBy, DigestCheck check) {
    try (RestoreTarget target = RestoreTarget.prepare(dataDir, walDir)) {
      Result result = fill(target.state(), seed, bumpBy, check);
      seed.createLog(target.log());
      target.publish();
      return result;
    } catch (IOException | BackendException | WalException e) {
      throw cannotWrite(dataDir, e);
    }
  }

  /**
   * Restores into a directory that is removed at the end, to see that it can be done and what it
   * gives.
   */
  public Result tryOut(Path scratch, MemberSeed seed) {
    try (RestoreTarget target = RestoreTarget.prepare(scratch, null);
        KvBackend backend = MemberSeed.openState(target.state(), MEMORY)) {
      return checked(backend, fill(backend, seed, 0));
    } catch (IOException | BackendException e) {
      throw cannotWrite(scratch, e);
    }
  }

  private static CommandException cannotWrite(Path directory, Exception e) {
    return new CommandException(
        ExitStatus.UNAVAILABLE,
        "cannot restore into %s: %s; nothing was left there".formatted(directory, e.getMessage()),
        e);
  }

  private Result fill(Path state, MemberSeed seed, long bumpBy, DigestCheck check) {
    Result result;
    try (KvBackend backend = MemberSeed.openState(state, MEMORY)) {
      result = fill(backend, seed, bumpBy);
    } catch (CommandException e) {
      throw check.explain(e);
    }
    String sha256 = check.await();
    if (sha256 != null) {
      progress.say("SHA-256 " + sha256 + " of " + file.path() + " is right");
    }
    return result;
  }

  private Result fill(KvBackend backend, MemberSeed seed, long bumpBy) {
    Result result = file.read(reader -> fill(reader, backend, seed, bumpBy));
    backend.flush();
    return result;
  }

  private Result fill(BoltReader reader, KvBackend backend, MemberSeed seed, long bumpBy)
      throws IOException {
    try (ExecutorService writers =
            Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("snapshot-rows").factory());
        SnapshotImport rows = new SnapshotImport(reader, backend, writers)) {
      while (rows.step(STEP_BYTES)) {
        progress.update("restoring", rows.bytes(), file.length());
      }
      rows.finish(seed.members(), seed.index(), seed.term(), bumpBy);
      long compacted = bumpBy > 0 ? rows.revision() : rows.meta().compactions().inForce();
      return new Result(rows.revision(), compacted, rows.keys(), null, null);
    } catch (ArithmeticException e) {
      throw new CommandException(
          ExitStatus.USAGE, "--bump-revision " + bumpBy + " leaves no revisions", e);
    }
  }

  private static Result checked(KvBackend backend, Result result) {
    try (MvccStore store = new MvccStore(backend);
        View view = store.views().acquire()) {
      return new Result(
          view.revision(),
          view.compactRevision(),
          result.keys,
          ContentDigest.of(view.reader()),
          StoreHash.hashKv(view, 0).hash());
    } catch (KvException e) {
      throw new IllegalStateException("the newest revision cannot be hashed", e);
    }
  }
}
