package dev.keelson.node.api;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A protobuf message that is already bytes, or knows how to become them without an intermediate
 * copy.
 */
public interface Encoded {
  /** Exactly how many bytes {@link #writeTo} writes. */
  int sizeBytes();

  void writeTo(OutputStream out) throws IOException;
}
