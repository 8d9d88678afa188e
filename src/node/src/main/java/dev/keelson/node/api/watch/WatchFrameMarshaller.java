package dev.keelson.node.api.watch;

import dev.keelson.kv.watch.WatchFrame;
import io.grpc.MethodDescriptor;
import java.io.InputStream;

/** Hands a frame to gRPC as it is; there is no message object on the way out. */
final class WatchFrameMarshaller implements MethodDescriptor.Marshaller<WatchFrame> {
  @Override
  public InputStream stream(WatchFrame frame) {
    return new WatchFrameStream(frame);
  }

  /** Frames are only ever sent. */
  @Override
  public WatchFrame parse(InputStream stream) {
    throw new UnsupportedOperationException("a server does not receive watch responses");
  }
}
