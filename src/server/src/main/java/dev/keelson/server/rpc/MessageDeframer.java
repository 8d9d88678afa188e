package dev.keelson.server.rpc;

import io.grpc.Decompressor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the messages in the bytes of a call: one flag byte, four bytes of length, the message. A
 * message that came whole in one frame is never copied.
 */
final class MessageDeframer {
  private static final int PREFIX_BYTES = 5;

  private final int maxBytes;
  private @Nullable Decompressor decompressor;
  private @Nullable ByteBuf partial;
  private ByteBuf current = Unpooled.EMPTY_BUFFER;

  /**
   * Creates the deframer of one call.
   *
   * @param maxBytes largest message, after decompression
   */
  MessageDeframer(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  void decompressor(Decompressor chosen) {
    decompressor = chosen;
  }

  /** Bytes to take from until {@link #keep}. */
  void offer(ByteBuf payload) {
    current = payload;
  }

  /** Copies what was offered and not taken. */
  void keep(ByteBufAllocator allocator) {
    if (current.isReadable()) {
      if (partial == null) {
        partial = allocator.buffer(Math.max(current.readableBytes(), missing(current)));
      }
      if (partial.writableBytes() < current.readableBytes()) {
        partial.discardReadBytes(); // else it grows for as long as it never becomes quite empty
      }
      partial.writeBytes(current);
    }
    current = Unpooled.EMPTY_BUFFER;
  }

  /** How large a buffer the message at the front deserves now: not what its sender claims. */
  private static int missing(ByteBuf bytes) {
    int claimed = bytes.readableBytes() < PREFIX_BYTES ? 0 : bytes.getInt(bytes.readerIndex() + 1);
    return Math.clamp(claimed, 0, Frames.DEFAULT_WINDOW) + PREFIX_BYTES;
  }

  /**
   * Whether {@link #next} has something to tell: a whole message, or that the one which begins here
   * is too large, for which no more of it need come.
   */
  boolean hasMessage() {
    ByteBuf front = partial == null ? current : partial;
    int size = front.readableBytes();
    if (size < PREFIX_BYTES) {
      return false;
    }
    long length = front.getUnsignedInt(front.readerIndex() + 1);
    return length > maxBytes || size - PREFIX_BYTES >= length;
  }

  /** Whether part of a message is there. */
  boolean isInMessage() {
    return partial != null || current.isReadable();
  }

  /**
   * The next message, to be released by the caller; null if it has not come whole.
   *
   * @throws StatusException if it is too large or cannot be decompressed
   */
  @Nullable ByteBuf next() throws StatusException {
    if (partial == null) {
      return take(current);
    }
    ByteBuf joined = partial;
    if (joined.readableBytes() < PREFIX_BYTES) {
      move(joined, PREFIX_BYTES - joined.readableBytes());
    }
    if (joined.readableBytes() >= PREFIX_BYTES) {
      int whole = PREFIX_BYTES + length(joined);
      move(joined, Math.max(0, whole - joined.readableBytes()));
    }
    ByteBuf message = take(joined);
    if (message != null && !joined.isReadable()) {
      joined.release();
      partial = null;
    }
    return message;
  }

  private void move(ByteBuf joined, int bytes) {
    joined.writeBytes(current, Math.min(bytes, current.readableBytes()));
  }

  private int length(ByteBuf bytes) throws StatusException {
    long length = bytes.getUnsignedInt(bytes.readerIndex() + 1);
    if (length > maxBytes) {
      throw tooLarge(length);
    }
    return (int) length;
  }

  private StatusException tooLarge(long size) {
    return Status.RESOURCE_EXHAUSTED
        .withDescription(
            "grpc: received message larger than max (%d vs. %d)".formatted(size, maxBytes))
        .asException();
  }

  private @Nullable ByteBuf take(ByteBuf from) throws StatusException {
    if (from.readableBytes() < PREFIX_BYTES) {
      return null;
    }
    int length = length(from);
    if (from.readableBytes() < PREFIX_BYTES + length) {
      return null;
    }
    int flag = from.readByte();
    from.skipBytes(Integer.BYTES);
    if (flag == 0) {
      return from.readRetainedSlice(length);
    }
    return decompressed(flag, from.readSlice(length));
  }

  private ByteBuf decompressed(int flag, ByteBuf message) throws StatusException {
    if (flag != 1) {
      throw Status.INTERNAL
          .withDescription("grpc: received unexpected payload format " + (flag & 0xff))
          .asException();
    }
    if (decompressor == null) {
      throw Status.INTERNAL
          .withDescription("grpc: compressed flag set with identity or empty encoding")
          .asException();
    }
    try (InputStream in = decompressor.decompress(new ByteBufInputStream(message))) {
      byte[] plain = in.readNBytes(maxBytes + 1);
      if (plain.length > maxBytes) {
        throw tooLarge(plain.length);
      }
      return Unpooled.wrappedBuffer(plain);
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("grpc: failed to decompress the received message: " + e.getMessage())
          .asException();
    }
  }

  void close() {
    if (partial != null) {
      partial.release();
      partial = null;
    }
    current = Unpooled.EMPTY_BUFFER;
  }
}
