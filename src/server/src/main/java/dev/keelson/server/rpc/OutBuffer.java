package dev.keelson.server.rpc;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * What a connection is about to write: frames of all its streams go into one buffer, and a batch
 * ends with one flush.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write that fails closes the channel
final class OutBuffer {
  private static final int FIRST_BYTES = 1 << 10;
  private static final int CHUNK_BYTES = 64 << 10;

  private final ChannelHandlerContext context;
  private @Nullable ByteBuf current;
  private int lastBytes = FIRST_BYTES;

  OutBuffer(ChannelHandlerContext context) {
    this.context = context;
  }

  /** A buffer with room for {@code bytes} more, behind everything before. */
  ByteBuf room(int bytes) {
    ByteBuf buffer = current;
    if (buffer != null && buffer.readableBytes() + bytes > CHUNK_BYTES) {
      push();
      buffer = null;
    }
    if (buffer == null) {
      buffer = context.alloc().directBuffer(Math.max(lastBytes, bytes));
      current = buffer;
    }
    return buffer;
  }

  /** Hands bytes on as they are, behind everything before; takes ownership. */
  void add(ByteBuf bytes) {
    push();
    context.write(bytes, context.voidPromise());
  }

  private void push() {
    ByteBuf full = current;
    if (full != null) {
      current = null;
      // the next batch is likely to be about as large
      lastBytes =
          Math.clamp(Integer.highestOneBit(full.readableBytes()) * 2L, FIRST_BYTES, CHUNK_BYTES);
      context.write(full, context.voidPromise());
    }
  }

  void flush() {
    push();
    context.flush();
  }

  void close() {
    if (current != null) {
      current.release();
      current = null;
    }
  }
}
