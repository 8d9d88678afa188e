package dev.keelson.node.api;

import com.google.protobuf.MessageLite;
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
