package dev.keelson.server.command.snapshot;

import dev.keelson.kv.snapshot.SnapshotFormatException;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import dev.keelson.storage.bbolt.BoltException;
import dev.keelson.storage.bbolt.BoltReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A snapshot as it is saved: a bbolt file, of whole blocks of 512 bytes, and then its SHA-256,
 * which a file copied from a data directory does not have.
 */
public final class SnapshotFile {
  private static final int BLOCK_BYTES = 512;
  private static final int DIGEST_BYTES = 32;
  private static final int BUFFER_BYTES = 256 << 10;

  private final Path path;
  private final long length;
  private final boolean digested;

  private SnapshotFile(Path path, long length) {
    this.path = path;
    this.digested = length % BLOCK_BYTES == DIGEST_BYTES;
    this.length = digested ? length - DIGEST_BYTES : length;
  }

  /**
   * Looks at a file.
   *
   * @throws CommandException if there is none, or nothing in it
   */
  public static SnapshotFile of(Path path) {
    if (!Files.isRegularFile(path)) {
      throw new CommandException(ExitStatus.REFUSED, "there is no file " + path);
    }
    try {
      long length = Files.size(path);
      if (length == 0) {
        throw new CommandException(ExitStatus.BAD_DATA, path + " is empty");
      }
      return new SnapshotFile(path, length);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  public Path path() {
    return path;
  }

  /** The length without the digest at the end. */
  public long length() {
    return length;
  }

  /** Whether there is a digest at the end. */
  public boolean hasDigest() {
    return digested;
  }

  /**
   * Looks whether there is a digest at the end, and not whether it matches.
   *
   * @throws CommandException if there is none
   */
  void requireDigest() {
    if (!digested) {
      throw new CommandException(
          ExitStatus.BAD_DATA,
          path
              + " does not end with a SHA-256: it was cut off, or copied from a data directory; in the"
              + " latter case give --skip-hash-check");
    }
  }

  /**
   * Compares the content with the digest at the end.
   *
   * @return the digest, in hexadecimal
   * @throws CommandException if it does not match or there is none
   */
  String checkDigest() {
    return checkDigest((done, total) -> {});
  }

  /** The same, with progress. */
  public String checkDigest(Progress progress) {
    return checkDigest((done, total) -> progress.update("checking the hash", done, total));
  }

  /** Told how far the file has been read. */
  private interface Watcher {
    void read(long done, long total);
  }

  private String checkDigest(Watcher watcher) {
    requireDigest();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(path)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long done = 0;
      while (done < length) {
        int read = in.read(buffer, 0, (int) Math.min(buffer.length, length - done));
        if (read < 0) {
          throw new IOException("it became shorter while it was read");
        }
        digest.update(buffer, 0, read);
        done += read;
        watcher.read(done, length);
      }
      byte[] expected = in.readNBytes(DIGEST_BYTES);
      byte[] actual = digest.digest();
      if (!Arrays.equals(expected, actual)) {
        HexFormat hex = HexFormat.of();
        throw new CommandException(
            ExitStatus.BAD_DATA,
            "%s is damaged: its SHA-256 is %s, but it ends with %s"
                .formatted(path, hex.formatHex(actual), hex.formatHex(expected)));
      }
      return HexFormat.of().formatHex(actual);
    } catch (IOException e) {
      throw unreadable(path, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What is done with an open file. */
  public interface Use<T> {
    /** Uses it; any damage is thrown. */
    T with(BoltReader file) throws IOException;
  }

  /**
   * Opens the file, uses it and closes it.
   *
   * @throws CommandException if it is damaged or cannot be read; the message says where
   */
  public <T> T read(Use<T> use) {
    try (BoltReader reader = BoltReader.open(path, length)) {
      return use.with(reader);
    } catch (BoltException | SnapshotFormatException e) {
      throw new CommandException(
          ExitStatus.BAD_DATA, path + " cannot be used: " + e.getMessage(), e);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static CommandException unreadable(Path path, IOException e) {
    return new CommandException(
        ExitStatus.UNAVAILABLE, "cannot read " + path + ": " + e.getMessage(), e);
  }
}
