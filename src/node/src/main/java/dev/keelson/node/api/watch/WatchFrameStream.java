package dev.keelson.node.api.watch;

import dev.keelson.kv.watch.WatchFrame;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A frame as gRPC wants it: of known length, and drained part by part straight into the transport's
 * buffers. Only a reader that pulls bytes makes it join the parts.
 */
final class WatchFrameStream extends InputStream implements KnownLength, Drainable {
  private final WatchFrame frame;
  private boolean drained;
  private @Nullable InputStream joined;

  WatchFrameStream(WatchFrame frame) {
    this.frame = frame;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    if (joined != null) {
      return Math.toIntExact(joined.transferTo(target));
    }
    if (drained) {
      return 0;
    }
    drained = true;
    frame.writeTo(target);
    return frame.sizeBytes();
  }

  @Override
  public int available() throws IOException {
    if (joined != null) {
      return joined.available();
    }
    return drained ? 0 : frame.sizeBytes();
  }

  @Override
  public int read() throws IOException {
    return joined().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return joined().read(target, offset, length);
  }

  private InputStream joined() throws IOException {
    InputStream whole = joined;
    if (whole == null) {
      ByteArrayOutputStream parts = new ByteArrayOutputStream(drained ? 0 : frame.sizeBytes());
      drainTo(parts);
      whole = new ByteArrayInputStream(parts.toByteArray());
      joined = whole;
    }
    return whole;
  }
}
