package dev.keelson.node.peer;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.util.concurrent.atomic.LongAdder;

/** Counts the bytes of messages as gRPC writes them. */
final class SentBytes extends ClientStreamTracer.Factory {
  private final ClientStreamTracer tracer;

  SentBytes(LongAdder count) {
    tracer =
        new ClientStreamTracer() {
          @Override
          public void outboundWireSize(long bytes) {
            count.add(bytes);
          }
        };
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    return tracer;
  }
}
