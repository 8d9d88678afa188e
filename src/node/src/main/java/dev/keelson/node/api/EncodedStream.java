package dev.keelson.node.api;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Lets grpc-java write an {@link Encoded} straight into its frames. */
final class EncodedStream extends InputStream implements KnownLength, Drainable {
  /** Marshals responses; parsing is the client's side. */
  static final Marshaller<Encoded> MARSHALLER =
      new Marshaller<>() {
        @Override
        public InputStream stream(Encoded value) {
          return value.stream();
        }

        @Override
        public Encoded parse(InputStream stream) {
          throw new IllegalStateException("responses are only written here");
        }
      };

  private @Nullable Encoded message;
  private @Nullable InputStream copied;

  EncodedStream(Encoded message) {
    this.message = message;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    Encoded whole = message;
    if (whole == null) {
      return copied == null ? 0 : (int) copied.transferTo(target);
    }
    message = null;
    whole.writeTo(target);
    return whole.sizeBytes();
  }

  @Override
  public int available() throws IOException {
    if (message != null) {
      return message.sizeBytes();
    }
    return copied == null ? 0 : copied.available();
  }

  @Override
  public int read() throws IOException {
    return copied().read();
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    return copied().read(target, offset, length);
  }

  private InputStream copied() throws IOException {
    if (copied == null) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(available());
      drainTo(bytes);
      copied = new ByteArrayInputStream(bytes.toByteArray());
    }
    return copied;
  }
}
