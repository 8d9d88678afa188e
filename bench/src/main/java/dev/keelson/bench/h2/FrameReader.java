package dev.keelson.bench.h2;

import io.netty.handler.codec.http2.Http2Exception;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Reads from a channel and cuts the bytes into frames. */
final class FrameReader {
  private final byte[] bytes = new byte[64 * 1024];
  private final ByteBuffer view = ByteBuffer.wrap(bytes);

  /**
   * Reads once and hands on every frame that is complete.
   *
   * @throws EOFException when the peer has closed
   */
  void readFrom(ReadableByteChannel channel, FrameHandler handler)
      throws IOException, Http2Exception {
    if (channel.read(view) < 0) {
      throw new EOFException("connection closed by the server");
    }
    int end = view.position();
    int at = 0;
    while (end - at >= Frames.HEADER_BYTES) {
      int length = (bytes[at] & 0xff) << 16 | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff);
      if (length > Frames.DEFAULT_MAX_FRAME) {
        throw new IOException("frame of " + length + " bytes exceeds the announced maximum");
      }
      if (end - at - Frames.HEADER_BYTES < length) {
        break;
      }
      int streamId = int32(bytes, at + 5) & 0x7fffffff;
      handler.onFrame(
          bytes[at + 3] & 0xff,
          bytes[at + 4] & 0xff,
          streamId,
          bytes,
          at + Frames.HEADER_BYTES,
          length);
      at += Frames.HEADER_BYTES + length;
    }
    view.limit(end).position(at);
    view.compact();
  }

  static int int32(byte[] b, int at) {
    return (b[at] & 0xff) << 24
        | (b[at + 1] & 0xff) << 16
        | (b[at + 2] & 0xff) << 8
        | (b[at + 3] & 0xff);
  }
}
