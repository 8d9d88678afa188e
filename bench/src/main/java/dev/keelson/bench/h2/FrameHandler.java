package dev.keelson.bench.h2;

import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;

/** Takes whole frames from a {@link FrameReader}; the bytes are valid only during the call. */
interface FrameHandler {
  void onFrame(int type, int flags, int streamId, byte[] buffer, int offset, int length)
      throws IOException, Http2Exception;
}
