package dev.keelson.server.rpc;

import static io.netty.handler.codec.http2.Http2Error.ENHANCE_YOUR_CALM;
import static io.netty.handler.codec.http2.Http2Error.FRAME_SIZE_ERROR;
import static io.netty.handler.codec.http2.Http2Error.PROTOCOL_ERROR;
import static io.netty.handler.codec.http2.Http2Exception.connectionError;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Exception;
import org.jspecify.annotations.Nullable;

/**
 * Takes bytes apart into frames and joins header blocks. Keeps only what of a frame has come so
 * far; a frame is handed on when it is whole.
 */
final class FrameReader {
  private final Sink sink;
  private final int headerBlockMax;
  private @Nullable ByteBuf kept;
  private @Nullable ByteBuf block;
  private int blockStream;
  private boolean blockEndsStream;
  private int prefaceSeen;
  private boolean settingsSeen;

  /** Where frames go. Payloads are valid during the call only. */
  interface Sink {
    /**
     * A DATA frame.
     *
     * @param flowBytes what it takes of the windows, padding included
     */
    void data(int stream, ByteBuf payload, int flowBytes, boolean endStream) throws Http2Exception;

    /** A whole header block. */
    void headers(int stream, ByteBuf block, boolean endStream) throws Http2Exception;

    void reset(int stream) throws Http2Exception;

    /** Pairs of identifier (2 bytes) and value (4 bytes). */
    void settings(ByteBuf pairs) throws Http2Exception;

    void ping(boolean ack, long data) throws Http2Exception;

    void windowUpdate(int stream, int increment) throws Http2Exception;
  }

  /**
   * Creates a reader for one connection.
   *
   * @param headerBlockMax largest compressed header block, in bytes
   */
  FrameReader(Sink sink, int headerBlockMax) {
    this.sink = sink;
    this.headerBlockMax = headerBlockMax;
  }

  /**
   * Reads all whole frames. Takes ownership of the bytes.
   *
   * @throws Http2Exception a connection error: nothing more can be read
   */
  void read(ByteBufAllocator allocator, ByteBuf bytes) throws Http2Exception {
    ByteBuf in = bytes;
    if (kept != null) {
      in = kept.writeBytes(bytes);
      bytes.release();
      kept = null;
    }
    try {
      if (skipPreface(in)) {
        while (frame(allocator, in)) {
          // until what is left is less than a frame
        }
      }
      if (in.isReadable()) {
        // a buffer of its own: the socket's may be large, and the rest small
        kept = allocator.buffer(Math.max(256, in.readableBytes() * 2)).writeBytes(in);
      }
    } finally {
      in.release();
    }
  }

  private boolean skipPreface(ByteBuf in) throws Http2Exception {
    ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
    try {
      while (prefaceSeen < preface.readableBytes()) {
        if (!in.isReadable()) {
          return false;
        }
        if (in.readByte() != preface.getByte(prefaceSeen++)) {
          throw connectionError(PROTOCOL_ERROR, "not an HTTP/2 connection preface");
        }
      }
      return true;
    } finally {
      preface.release();
    }
  }

  private boolean frame(ByteBufAllocator allocator, ByteBuf in) throws Http2Exception {
    if (in.readableBytes() < Frames.HEADER_BYTES) {
      return false;
    }
    int at = in.readerIndex();
    int length = in.getUnsignedMedium(at);
    if (length > Frames.MAX_PAYLOAD) {
      throw connectionError(FRAME_SIZE_ERROR, "a frame of %d bytes", length);
    }
    if (in.readableBytes() < Frames.HEADER_BYTES + length) {
      return false;
    }
    byte type = in.getByte(at + 3);
    int flags = in.getUnsignedByte(at + 4);
    int stream = in.getInt(at + 5) & Integer.MAX_VALUE;
    in.skipBytes(Frames.HEADER_BYTES);
    int end = in.readerIndex() + length;
    checkOrder(type, flags, stream);
    switch (type) {
      case Frames.DATA -> data(in, length, flags, stream);
      case Frames.HEADERS -> headers(allocator, in, length, flags, stream);
      case Frames.CONTINUATION -> continuation(in.readSlice(length), flags);
      case Frames.RST_STREAM -> {
        require(length == 4, "RST_STREAM");
        sink.reset(nonZero(stream));
      }
      case Frames.SETTINGS -> {
        require(length % 6 == 0 && ((flags & Frames.ACK) == 0 || length == 0), "SETTINGS");
        if ((flags & Frames.ACK) == 0) {
          sink.settings(in.readSlice(length));
        }
      }
      case Frames.PING -> {
        require(length == 8, "PING");
        sink.ping((flags & Frames.ACK) != 0, in.readLong());
      }
      case Frames.WINDOW_UPDATE -> {
        require(length == 4, "WINDOW_UPDATE");
        sink.windowUpdate(stream, in.readInt() & Integer.MAX_VALUE);
      }
      case Frames.PUSH_PROMISE -> throw connectionError(PROTOCOL_ERROR, "a client cannot push");
      default -> {
        // PRIORITY means nothing any more, GOAWAY says that no more calls follow, and unknown types
        // are to be ignored
      }
    }
    in.readerIndex(end);
    return true;
  }

  private void checkOrder(byte type, int flags, int stream) throws Http2Exception {
    if (!settingsSeen) {
      if (type != Frames.SETTINGS || (flags & Frames.ACK) != 0) {
        throw connectionError(PROTOCOL_ERROR, "the first frame must be SETTINGS");
      }
      settingsSeen = true;
    }
    boolean continued = type == Frames.CONTINUATION;
    if (continued != (block != null) || (continued && stream != blockStream)) {
      throw connectionError(PROTOCOL_ERROR, "a header block is interrupted");
    }
  }

  private static void require(boolean sizeFits, String type) throws Http2Exception {
    if (!sizeFits) {
      throw connectionError(FRAME_SIZE_ERROR, "%s frame of a wrong size", type);
    }
  }

  private static int nonZero(int stream) throws Http2Exception {
    if (stream == 0) {
      throw connectionError(PROTOCOL_ERROR, "a frame of a stream on stream 0");
    }
    return stream;
  }

  private void data(ByteBuf in, int length, int flags, int stream) throws Http2Exception {
    int payload = unpadded(in, length, flags);
    sink.data(nonZero(stream), in.readSlice(payload), length, (flags & Frames.END_STREAM) != 0);
  }

  /** Skips the padding's length and returns how many bytes are not padding. */
  private static int unpadded(ByteBuf in, int length, int flags) throws Http2Exception {
    if ((flags & Frames.PADDED) == 0) {
      return length;
    }
    int left = length - 1 - (length == 0 ? 0 : in.readUnsignedByte());
    if (left < 0) {
      throw connectionError(PROTOCOL_ERROR, "more padding than payload");
    }
    return left;
  }

  private void headers(ByteBufAllocator allocator, ByteBuf in, int length, int flags, int stream)
      throws Http2Exception {
    int size = unpadded(in, length, flags);
    if ((flags & Frames.WITH_PRIORITY) != 0) {
      require(size >= 5, "HEADERS");
      in.skipBytes(5);
      size -= 5;
    }
    ByteBuf fragment = in.readSlice(size);
    boolean endStream = (flags & Frames.END_STREAM) != 0;
    if ((flags & Frames.END_HEADERS) != 0) {
      sink.headers(nonZero(stream), fragment, endStream);
      return;
    }
    block = allocator.buffer(size * 2).writeBytes(fragment);
    blockStream = nonZero(stream);
    blockEndsStream = endStream;
  }

  private void continuation(ByteBuf fragment, int flags) throws Http2Exception {
    ByteBuf whole = block;
    if (whole == null) {
      return;
    }
    // an empty fragment that does not end the block has no use but to keep us busy
    if (whole.readableBytes() + fragment.readableBytes() > headerBlockMax
        || (!fragment.isReadable() && (flags & Frames.END_HEADERS) == 0)) {
      throw connectionError(ENHANCE_YOUR_CALM, "a header block without measure");
    }
    whole.writeBytes(fragment);
    if ((flags & Frames.END_HEADERS) != 0) {
      block = null;
      try {
        sink.headers(blockStream, whole, blockEndsStream);
      } finally {
        whole.release();
      }
    }
  }

  /** Forgets what has come of an unfinished frame. */
  void close() {
    if (kept != null) {
      kept.release();
      kept = null;
    }
    if (block != null) {
      block.release();
      block = null;
    }
  }
}
