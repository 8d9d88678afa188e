package dev.keelson.server.rpc;

import io.grpc.Drainable;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A message that is written where the connection is not, or that does not fit into what may be sent
 * at once: its gRPC prefix and its bytes in pieces of one DATA frame each, with room for the
 * frame's header before them. A piece usually goes to the socket as it is.
 */
final class FramedMessage extends OutputStream {
  /** Bytes of a message's prefix: not compressed, length. */
  static final int PREFIX_BYTES = 5;

  /** With its header a piece takes 16 KiB, a size that the allocator has. */
  private static final int PIECE_BYTES = Frames.MAX_PAYLOAD - Frames.HEADER_BYTES;

  private final ByteBufAllocator allocator;
  private final List<ByteBuf> pieces = new ArrayList<>();
  private ByteBuf current;
  private int expected;

  private FramedMessage(ByteBufAllocator allocator, int expected) {
    this.allocator = allocator;
    this.expected = expected;
    current = piece();
  }

  /**
   * Takes a message.
   *
   * @param size its bytes, as far as known
   * @return the pieces, each with the reader index behind the room for a frame's header; the
   *     caller's to release
   */
  static List<ByteBuf> of(InputStream message, int size, ByteBufAllocator allocator)
      throws IOException {
    FramedMessage framed = new FramedMessage(allocator, PREFIX_BYTES + size);
    boolean whole = false;
    try {
      framed.prefix(0);
      copy(message, framed);
      framed.pieces.getFirst().setInt(Frames.HEADER_BYTES + 1, framed.messageBytes());
      whole = true;
      return framed.pieces;
    } finally {
      if (!whole) {
        framed.pieces.forEach(ByteBuf::release);
      }
    }
  }

  /**
   * Takes a part of a message of known length.
   *
   * @param bytes of the part; the message has at least as many left
   * @param announced the length of the whole if this is its first part; -1 otherwise
   * @return as {@link #of}
   */
  static List<ByteBuf> part(
      InputStream message, int bytes, int announced, ByteBufAllocator allocator)
      throws IOException {
    FramedMessage framed = new FramedMessage(allocator, bytes);
    boolean whole = false;
    try {
      if (announced >= 0) {
        framed.prefix(announced);
      }
      byte[] read = message.readNBytes(bytes);
      if (read.length < bytes) {
        throw new EOFException("a message is shorter than it said");
      }
      framed.write(read, 0, bytes);
      whole = true;
      return framed.pieces;
    } finally {
      if (!whole) {
        framed.pieces.forEach(ByteBuf::release);
      }
    }
  }

  private void prefix(int length) {
    current.writeByte(0).writeInt(length);
  }

  static void copy(InputStream message, OutputStream target) throws IOException {
    if (message instanceof Drainable drainable) {
      drainable.drainTo(target);
    } else {
      message.transferTo(target);
    }
  }

  private int messageBytes() {
    int sum = -PREFIX_BYTES;
    for (ByteBuf piece : pieces) {
      sum += piece.readableBytes();
    }
    return sum;
  }

  private ByteBuf piece() {
    int payload = expected > 0 ? Math.clamp(expected, 256, PIECE_BYTES) : PIECE_BYTES;
    expected -= payload;
    ByteBuf piece = allocator.directBuffer(payload + Frames.HEADER_BYTES, Frames.MAX_PAYLOAD);
    piece.setIndex(Frames.HEADER_BYTES, Frames.HEADER_BYTES);
    pieces.add(piece);
    return piece;
  }

  @Override
  public void write(int value) {
    if (!current.isWritable()) {
      current = piece();
    }
    current.writeByte(value);
  }

  @Override
  public void write(byte[] source, int offset, int length) {
    int from = offset;
    int rest = length;
    while (rest > 0) {
      if (!current.isWritable()) {
        current = piece();
      }
      int now = Math.min(rest, current.writableBytes());
      current.writeBytes(source, from, now);
      from += now;
      rest -= now;
    }
  }
}
