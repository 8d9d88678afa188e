package dev.keelson.node.peer;

import com.google.protobuf.ByteString;
import dev.keelson.proto.peer.SnapshotFile;
import dev.keelson.proto.peer.SnapshotHeader;
import dev.keelson.raft.SnapshotMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way in, written file by file as it arrives; it outlives the connection it comes
 * by, so that the next one goes on where that broke. What has arrived is brought to the disk beside
 * what is arriving; {@link #complete} waits for all of it. Not thread-safe.
 */
final class IncomingSnapshot {
  /** As plain as the names that stores give their files; nothing that leads out of a directory. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}");

  /**
   * After so many bytes of a file they are brought to the disk, and no more than as many again are
   * taken until they are there. Gigabytes left to the end would be written in one go, and every
   * fsync on the same file system, the log's too, would wait for it.
   */
  private static final long SYNC_BYTES = 8 << 20;

  private static final Executor BESIDE = Thread.ofVirtual().name("snapshot-sync")::start;

  private final SnapshotHeader header;
  private final Path directory;
  private final long sizeBytes;
  private final CRC32C checksum = new CRC32C();
  private @Nullable FileChannel channel;
  private int file = -1;
  private long fileOffset;
  private long next;
  private long unsynced;
  private CompletableFuture<@Nullable Void> syncing = CompletableFuture.completedFuture(null);

  /**
   * Begins with an empty directory.
   *
   * @param directory must not exist
   * @throws MalformedMessageException if the header cannot be right
   */
  IncomingSnapshot(SnapshotHeader header, Path directory) throws IOException {
    this.header = header;
    this.directory = directory;
    sizeBytes = check(header);
    Files.createDirectory(directory);
    openNext();
  }

  private static long check(SnapshotHeader header) throws MalformedMessageException {
    if (header.getIndex() <= 0 || header.getTerm() <= 0 || header.getId().isEmpty()) {
      throw new MalformedMessageException("snapshot without a place in the log");
    }
    long size = 0;
    Set<String> names = new HashSet<>();
    for (SnapshotFile each : header.getFilesList()) {
      if (!NAME.matcher(each.getName()).matches() || !names.add(each.getName())) {
        throw new MalformedMessageException("snapshot with a file named " + each.getName());
      }
      size += each.getSizeBytes();
      if (each.getSizeBytes() < 0 || size < 0) {
        throw new MalformedMessageException("snapshot of an impossible size");
      }
    }
    return size;
  }

  SnapshotHeader header() {
    return header;
  }

  ByteString id() {
    return header.getId();
  }

  Path directory() {
    return directory;
  }

  SnapshotMetadata metadata() {
    return new SnapshotMetadata(
        header.getIndex(), header.getTerm(), ConfStates.decode(header.getConfState()));
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** The first byte that is lacking. */
  long nextOffset() {
    return next;
  }

  /**
   * Writes bytes that follow what is there.
   *
   * @throws MalformedMessageException if they go beyond the end
   */
  void append(byte[] bytes) throws IOException {
    if (bytes.length > sizeBytes - next) {
      throw new MalformedMessageException("snapshot longer than it was said to be");
    }
    checksum.update(bytes);
    ByteBuffer source = ByteBuffer.wrap(bytes);
    while (source.hasRemaining()) {
      FileChannel target = channel;
      if (target == null) {
        throw new IllegalStateException("no file for byte " + next);
      }
      long room = files().get(file).getSizeBytes() - fileOffset;
      int length = (int) Math.min(room, source.remaining());
      ByteBuffer part = source.slice(source.position(), length);
      while (part.hasRemaining()) {
        target.write(part);
      }
      source.position(source.position() + length);
      fileOffset += length;
      next += length;
      unsynced += length;
      if (length == room) {
        openNext();
      } else if (unsynced >= SYNC_BYTES) {
        sync(target, false);
      }
    }
  }

  private List<SnapshotFile> files() {
    return header.getFilesList();
  }

  /** Finishes the present file, and empty ones behind it, and begins the next that is not. */
  private void openNext() throws IOException {
    do {
      closeFile();
      file++;
      fileOffset = 0;
      if (file == files().size()) {
        return;
      }
      channel =
          FileChannel.open(
              directory.resolve(files().get(file).getName()),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
    } while (files().get(file).getSizeBytes() == 0);
  }

  private void closeFile() throws IOException {
    if (channel != null) {
      sync(channel, true);
      channel = null;
    }
  }

  /** Begins to bring a file to the disk, once what was begun before is there. */
  private void sync(FileChannel target, boolean whole) throws IOException {
    awaitSync();
    unsynced = 0;
    syncing =
        CompletableFuture.runAsync(
            () -> {
              try (FileChannel _ = whole ? target : null) {
                target.force(whole);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            },
            BESIDE);
  }

  private void awaitSync() throws IOException {
    try {
      syncing.join();
    } catch (CompletionException e) {
      throw new IOException("cannot bring a snapshot to the disk: " + e.getCause(), e.getCause());
    }
  }

  /**
   * Whether all of it is there and is what was sent; then it is durable.
   *
   * @param crc32c of the whole content
   */
  boolean complete(int crc32c) throws IOException {
    if (next != sizeBytes || (int) checksum.getValue() != crc32c) {
      return false;
    }
    awaitSync();
    Directories.persist(directory);
    Path parent = directory.getParent();
    if (parent != null) {
      Directories.persist(parent);
    }
    return true;
  }

  /** Removes what has arrived. */
  void discard() throws IOException {
    syncing.exceptionally(failure -> null).join();
    if (channel != null) {
      channel.close();
      channel = null;
    }
    Directories.delete(directory);
  }
}
