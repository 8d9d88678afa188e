package dev.keelson.node.peer;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import dev.keelson.proto.peer.SnapshotOpening;
import dev.keelson.proto.peer.SnapshotResult;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What goes over a connection for a snapshot, as {@code SnapshotOpening} of the protocol describes
 * it: frames of length, CRC-32C and payload. One thread uses it.
 */
final class SnapshotFrames {
  /** Content in one frame. */
  static final int CHUNK_BYTES = 256 << 10;

  /** Who says nothing and takes nothing for so long is given up. */
  static final long STALLED_MILLIS = 30_000;

  private static final byte[] PREFACE = PeerFront.SNAPSHOT_PREFACE.getBytes(US_ASCII);
  private static final int HEAD_BYTES = 8;

  /** Of a message: names and lengths of a hundred thousand files. */
  private static final int MESSAGE_BYTES_MAX = 4 << 20;

  private final ByteLink link;
  private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
  private ByteBuffer payload = ByteBuffer.allocateDirect(0);

  SnapshotFrames(ByteLink link) {
    this.link = link;
  }

  /**
   * A frame as it came.
   *
   * @param payload valid until the next frame is read; empty at the end of the content
   * @param crc32c of the payload; at the end, of the whole content
   */
  record Frame(ByteBuffer payload, int crc32c) {
    boolean isEnd() {
      return !payload.hasRemaining();
    }

    /** Whether the payload is what was sent. */
    boolean isSound() {
      return checksum(payload) == crc32c;
    }
  }

  /** Begins the connection, as its sender. */
  void open(SnapshotOpening opening) {
    link.write(link.allocate(PREFACE.length).writeBytes(PREFACE));
    send(opening);
  }

  /**
   * What the sender began with, as its receiver.
   *
   * @throws MalformedMessageException if it is something else
   */
  SnapshotOpening opening() throws IOException, InterruptedException {
    ByteBuffer preface = ByteBuffer.allocate(PREFACE.length);
    link.read(preface, STALLED_MILLIS);
    if (!Arrays.equals(preface.array(), PREFACE)) {
      throw new MalformedMessageException("not a connection for snapshots");
    }
    try {
      return SnapshotOpening.parseFrom(message(STALLED_MILLIS));
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessageException("a snapshot begins with its opening");
    }
  }

  /**
   * What the receiver says.
   *
   * @param patienceMillis how long it may take to say it
   */
  SnapshotResult result(long patienceMillis) throws IOException, InterruptedException {
    return SnapshotResult.parseFrom(message(patienceMillis));
  }

  private ByteBuffer message(long patienceMillis) throws IOException, InterruptedException {
    Frame frame = next(MESSAGE_BYTES_MAX, patienceMillis);
    if (frame.isEnd() || !frame.isSound()) {
      throw new MalformedMessageException("a message about a snapshot that is damaged");
    }
    return frame.payload();
  }

  /** The next piece of the content. */
  Frame content() throws IOException, InterruptedException {
    return next(CHUNK_BYTES, STALLED_MILLIS);
  }

  private Frame next(int bytesMax, long patienceMillis) throws IOException, InterruptedException {
    head.clear();
    link.read(head, patienceMillis);
    head.flip();
    int length = head.getInt();
    int crc32c = head.getInt();
    if (length < 0 || length > bytesMax) {
      throw new MalformedMessageException("a frame of " + Integer.toUnsignedString(length) + " B");
    }
    if (payload.capacity() < length) {
      payload = ByteBuffer.allocateDirect(length);
    }
    payload.clear().limit(length);
    link.read(payload, STALLED_MILLIS);
    return new Frame(payload.flip(), crc32c);
  }

  /** Sends a message of either side. */
  void send(MessageLite message) {
    byte[] encoded = message.toByteArray();
    send(link.allocate(HEAD_BYTES + encoded.length).writeZero(HEAD_BYTES).writeBytes(encoded));
  }

  /** A piece of content that is filled in place. */
  final class Piece {
    private final ByteBuf frame;
    private final ByteBuffer content;

    private Piece(int length) {
      frame = link.allocate(HEAD_BYTES + length);
      content = frame.nioBuffer(HEAD_BYTES, length).slice();
    }

    /** Where the content goes, from position 0 to the limit. */
    ByteBuffer content() {
      return content;
    }

    /** Sends it; it must not be looked at any more. */
    void send() {
      SnapshotFrames.this.send(frame.writerIndex(frame.capacity()));
    }

    /** Gives up one that is not sent. */
    void discard() {
      frame.release();
    }
  }

  /** Room for a piece of so many bytes. */
  Piece piece(int length) {
    return new Piece(length);
  }

  /** Fills in the head, which stands at the beginning. */
  private void send(ByteBuf frame) {
    int length = frame.readableBytes() - HEAD_BYTES;
    frame.setInt(0, length);
    frame.setInt(Integer.BYTES, checksum(frame.nioBuffer(HEAD_BYTES, length)));
    link.write(frame);
  }

  /**
   * Says that all was sent.
   *
   * @param crc32c of the whole content
   */
  void finish(int crc32c) {
    link.write(link.allocate(HEAD_BYTES).writeInt(0).writeInt(crc32c));
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return (int) crc.getValue();
  }
}
