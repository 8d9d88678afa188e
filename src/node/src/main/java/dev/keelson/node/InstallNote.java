package dev.keelson.node;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.keelson.node.peer.ConfStates;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.storage.disk.Disk;
import dev.keelson.storage.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A note beside the state: it is about to be replaced by the snapshot named. The state is replaced
 * first and the log after it; a process that dies in between leaves a state that its log does not
 * reach up to, and this note is the proof that nothing is lost.
 */
final class InstallNote {
  private static final String NAME = "installing";
  private static final String TEMPORARY = "installing.tmp";

  private final Disk disk;

  /**
   * Uses a directory.
   *
   * @param disk the data directory
   */
  InstallNote(Disk disk) {
    this.disk = disk;
  }

  /** Durable when this returns, in place of an earlier one. */
  void write(SnapshotMetadata snapshot) throws IOException {
    byte[] content =
        dev.keelson.proto.raftpb.SnapshotMetadata.newBuilder()
            .setConfState(ConfStates.encode(snapshot.confState()))
            .setIndex(snapshot.index())
            .setTerm(snapshot.term())
            .build()
            .toByteArray();
    byte[] encoded = new byte[Integer.BYTES + content.length];
    CodedOutputStream out = CodedOutputStream.newInstance(encoded);
    out.writeFixed32NoTag(crc(content, 0));
    out.writeRawBytes(content);
    out.flush();
    if (disk.list("").contains(TEMPORARY)) {
      disk.delete(TEMPORARY);
    }
    try (DiskFile file = disk.create(TEMPORARY)) {
      file.write(ByteBuffer.wrap(encoded), 0);
      file.persist();
    }
    disk.rename(TEMPORARY, NAME);
    disk.persistDirectory("");
  }

  /** The note, or null if there is none that is whole. */
  @Nullable SnapshotMetadata read() throws IOException {
    if (!disk.list("").contains(NAME)) {
      return null;
    }
    try (DiskFile file = disk.open(NAME)) {
      ByteBuffer encoded = ByteBuffer.allocate((int) file.size());
      while (encoded.hasRemaining() && file.read(encoded, encoded.position()) >= 0) {
        // until all is read
      }
      CodedInputStream in = CodedInputStream.newInstance(encoded.array());
      if (encoded.limit() < Integer.BYTES
          || in.readFixed32() != crc(encoded.array(), Integer.BYTES)) {
        return null;
      }
      var stored = dev.keelson.proto.raftpb.SnapshotMetadata.parseFrom(in);
      return new SnapshotMetadata(
          stored.getIndex(), stored.getTerm(), ConfStates.decode(stored.getConfState()));
    }
  }

  void delete() throws IOException {
    if (disk.list("").contains(NAME)) {
      disk.delete(NAME);
      disk.persistDirectory("");
    }
  }

  private static int crc(byte[] content, int from) {
    CRC32C crc = new CRC32C();
    crc.update(content, from, content.length - from);
    return (int) crc.getValue();
  }
}
