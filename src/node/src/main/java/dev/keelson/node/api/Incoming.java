package dev.keelson.node.api;

import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A request as it came in: decoded, or too large to be.
 *
 * <p>The transport has a limit of its own, which is higher, so that a request somewhat over the
 * limit is answered in etcd's words; a much larger one is cut by the transport.
 *
 * @param message the request; null when it is too large
 * @param sizeBytes its encoded size
 */
record Incoming<Q>(@Nullable Q message, int sizeBytes) {
  /** What the client is told of a request that is too large. */
  Status tooLarge(int limitBytes) {
    return Status.RESOURCE_EXHAUSTED.withDescription(
        "grpc: received message larger than max (%d vs. %d)".formatted(sizeBytes, limitBytes));
  }

  /**
   * Decodes requests up to a size.
   *
   * @param decoder of the messages
   */
  static <Q> Marshaller<Incoming<Q>> marshaller(Marshaller<Q> decoder, int limitBytes) {
    return new Marshaller<>() {
      @Override
      public InputStream stream(Incoming<Q> value) {
        throw new IllegalStateException("requests are only read here");
      }

      @Override
      public Incoming<Q> parse(InputStream stream) {
        try {
          // gRPC knows the length of a message before it is read
          int size = stream.available();
          return new Incoming<>(size > limitBytes ? null : decoder.parse(stream), size);
        } catch (IOException e) {
          throw new IllegalStateException("a message in memory cannot be read", e);
        }
      }
    };
  }
}
