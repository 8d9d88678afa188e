package dev.keelson.node.peer;

import com.google.protobuf.ByteString;
import dev.keelson.proto.peer.SnapshotFile;
import dev.keelson.proto.peer.SnapshotHeader;
import dev.keelson.raft.SnapshotMetadata;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint as a stream of bytes: its files one behind the other. RocksDB's tables are sent as
 * they are, compressed and sorted, and are used as they arrive: nothing is sorted or built again on
 * either side, which makes both the sender's and the receiver's part reading and writing files.
 */
final class OutgoingSnapshot {
  /** See {@code SnapshotHeader.format}. */
  static final int FORMAT = 1;

  private final Path directory;
  private final SnapshotMetadata metadata;
  private final byte[] id;
  private final List<SnapshotFile> files = new ArrayList<>();
  private final long sizeBytes;

  /**
   * Looks at a checkpoint that does not change any more.
   *
   * @param id names the content; random
   */
  OutgoingSnapshot(Path directory, SnapshotMetadata metadata, byte[] id) throws IOException {
    this.directory = directory;
    this.metadata = metadata;
    this.id = id;
    long size = 0;
    for (Path file : Directories.list(directory)) {
      String name = file.getFileName().toString();
      // what looking into it left
      if (!name.startsWith("LOG") && !name.equals("LOCK")) {
        long length = Files.size(file);
        files.add(SnapshotFile.newBuilder().setName(name).setSizeBytes(length).build());
        size += length;
      }
    }
    sizeBytes = size;
  }

  Path directory() {
    return directory;
  }

  SnapshotMetadata metadata() {
    return metadata;
  }

  byte[] id() {
    return id;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  SnapshotHeader header(long senderTerm) {
    return SnapshotHeader.newBuilder()
        .setId(ByteString.copyFrom(id))
        .setSenderTerm(senderTerm)
        .setTerm(metadata.term())
        .setIndex(metadata.index())
        .setConfState(ConfStates.encode(metadata.confState()))
        .setFormat(FORMAT)
        .addAllFiles(files)
        .build();
  }

  Content open() {
    return new Content();
  }

  /** Reads the stream from any place. Not thread-safe. */
  final class Content implements AutoCloseable {
    private @Nullable FileChannel channel;
    private int openFile = -1;

    /** Reads bytes at {@code offset} until the target is full or the stream ends. */
    void read(long offset, ByteBuffer target) throws IOException {
      long start = 0;
      for (int i = 0; i < files.size() && target.hasRemaining(); i++) {
        long end = start + files.get(i).getSizeBytes();
        long at = offset + target.position();
        if (at >= start && at < end) {
          readFile(i, at - start, Math.min(end - at, target.remaining()), target);
        }
        start = end;
      }
    }

    private void readFile(int file, long position, long length, ByteBuffer target)
        throws IOException {
      FileChannel from = channel;
      if (file != openFile || from == null) {
        close();
        from =
            FileChannel.open(directory.resolve(files.get(file).getName()), StandardOpenOption.READ);
        channel = from;
        openFile = file;
      }
      int limit = target.limit();
      target.limit(target.position() + (int) length);
      long at = position;
      while (target.hasRemaining()) {
        int read = from.read(target, at);
        if (read < 0) {
          throw new EOFException(files.get(file).getName() + " of a checkpoint became shorter");
        }
        at += read;
      }
      target.limit(limit);
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
        channel = null;
      }
    }
  }
}
