package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A protobuf message that is already bytes, or knows how to become them without an intermediate
 * copy.
 */
public interface Encoded {
  /** Exactly how many bytes {@link #writeTo} writes. */
  int sizeBytes();

  void writeTo(OutputStream out) throws IOException;

  /**
   * The same to be read: a stream that knows its length, and writes itself where that is faster.
   */
  default InputStream stream() {
    return new EncodedStream(this);
  }

  /** To be called instead of {@link #stream} when nobody wants it. */
  default void discard() {}

  /** A generated message as it is. */
  static Encoded of(MessageLite message) {
    return new Encoded() {
      @Override
      public int sizeBytes() {
        return message.getSerializedSize();
      }

      @Override
      public void writeTo(OutputStream out) throws IOException {
        message.writeTo(out);
      }
    };
  }
}
