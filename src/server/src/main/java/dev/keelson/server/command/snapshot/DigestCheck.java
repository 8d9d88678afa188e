package dev.keelson.server.command.snapshot;

import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Computes the SHA-256 of a snapshot file on a thread of its own, while another uses the file. What
 * is made of it must not be given out before {@link #await} has returned.
 */
public final class DigestCheck implements AutoCloseable {
  private final @Nullable FutureTask<String> task;

  private DigestCheck(@Nullable FutureTask<String> task) {
    this.task = task;
  }

  /** Of a file that was checked before, or is not to be. */
  public static DigestCheck none() {
    return new DigestCheck(null);
  }

  /**
   * Begins.
   *
   * @throws CommandException if there is no digest at the end of the file
   */
  static DigestCheck start(SnapshotFile file) {
    file.requireDigest();
    FutureTask<String> task = new FutureTask<>(file::checkDigest);
    Thread.ofPlatform().daemon().name("snapshot-digest").start(task);
    return new DigestCheck(task);
  }

  /**
   * Waits for the end.
   *
   * @return the digest, in hexadecimal; null if none was to be checked
   * @throws CommandException if it is not the one at the end of the file
   */
  @Nullable String await() {
    if (task == null) {
      return null;
    }
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof CommandException told) {
        throw told;
      }
      throw new IllegalStateException("the SHA-256 cannot be computed", e);
    } catch (CancellationException e) {
      throw new IllegalStateException("the check is over", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(ExitStatus.UNAVAILABLE, "interrupted", e);
    }
  }

  /** Tells of a use that failed, perhaps on the file's content: with the hash if it is wrong. */
  CommandException explain(CommandException failure) {
    if (failure.status() == ExitStatus.UNAVAILABLE) {
      return failure;
    }
    try {
      var _ = await();
      return failure;
    } catch (CommandException damaged) {
      return new CommandException(
          damaged.status(), damaged.getMessage() + "; " + failure.getMessage(), damaged);
    }
  }

  /** Ends the work, if it is not done. */
  @Override
  public void close() {
    if (task != null) {
      task.cancel(true);
    }
  }
}
