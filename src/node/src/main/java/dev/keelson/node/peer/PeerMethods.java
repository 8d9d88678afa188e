package dev.keelson.node.peer;

import dev.keelson.proto.peer.PeerGrpc;
import dev.keelson.proto.peer.RaftAck;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * The method that carries consensus, with marshallers of its own: a sender encodes messages
 * straight into the buffers of the connection, a receiver decodes them knowing who sent them.
 */
final class PeerMethods {
  /** As senders see it. */
  static final MethodDescriptor<Batch, RaftAck> SEND =
      PeerGrpc.getRaftMethod().toBuilder(
              new BatchMarshaller(), PeerGrpc.getRaftMethod().getResponseMarshaller())
          .build();

  /** As receivers see it. */
  static final MethodDescriptor<byte[], RaftAck> RECEIVE =
      PeerGrpc.getRaftMethod().toBuilder(
              new BytesMarshaller(), PeerGrpc.getRaftMethod().getResponseMarshaller())
          .build();

  private PeerMethods() {}

  private static final class BatchMarshaller implements MethodDescriptor.Marshaller<Batch> {
    @Override
    public InputStream stream(Batch batch) {
      return new BatchStream(batch);
    }

    @Override
    public Batch parse(InputStream stream) {
      throw new UnsupportedOperationException("a receiver has to know the sender");
    }
  }

  /** gRPC asks for the length first and then lets it write itself. */
  private static final class BatchStream extends InputStream implements Drainable, KnownLength {
    private final Batch batch;
    private final int size;

    BatchStream(Batch batch) {
      this.batch = batch;
      this.size = batch.size();
    }

    @Override
    public int available() {
      return size;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      batch.writeTo(target);
      return size;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("is drained, never read");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      throw new UnsupportedOperationException("is drained, never read");
    }
  }

  private static final class BytesMarshaller implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] encoded) {
      throw new UnsupportedOperationException("receivers send acknowledgements only");
    }

    @Override
    public byte[] parse(InputStream stream) {
      return readAll(stream);
    }
  }

  /** One array without a copy, where the length of the message is known, as it is from the wire. */
  private static byte[] readAll(InputStream message) {
    try {
      byte[] encoded = new byte[message.available()];
      int length = message.readNBytes(encoded, 0, encoded.length);
      byte[] rest = message.readAllBytes();
      if (length == encoded.length && rest.length == 0) {
        return encoded;
      }
      byte[] all = Arrays.copyOf(encoded, length + rest.length);
      System.arraycopy(rest, 0, all, length, rest.length);
      return all;
    } catch (IOException e) {
      throw Status.INTERNAL.withCause(e).asRuntimeException();
    }
  }
}
