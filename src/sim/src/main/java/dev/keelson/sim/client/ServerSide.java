package dev.keelson.sim.client;

import io.grpc.Attributes;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The server's end of a call: what it answers goes, encoded, to whoever carries it to the client.
 */
final class ServerSide<Q, R> extends ServerCall<Q, R> {
  private final MethodDescriptor<Q, R> method;
  private final Carrier carrier;
  private boolean ready = true;
  private boolean cancelled;

  /** Carries answers to the client, in order. */
  interface Carrier {
    void message(byte[] encoded);

    void closed(Status status);
  }

  ServerSide(MethodDescriptor<Q, R> method, Carrier carrier) {
    this.method = method;
    this.carrier = carrier;
  }

  @Override
  public void request(int numMessages) {
    // a client's messages come one at a time, when it sends them
  }

  @Override
  public void sendHeaders(Metadata headers) {
    // carry nothing that a client would look at
  }

  @Override
  public void sendMessage(R message) {
    if (!cancelled) {
      try (InputStream encoded = method.getResponseMarshaller().stream(message)) {
        carrier.message(encoded.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    if (!cancelled) {
      carrier.closed(status);
    }
  }

  void cancel() {
    cancelled = true;
  }

  /** Whether the connection takes more. */
  void ready(boolean takesMore) {
    ready = takesMore;
  }

  @Override
  public boolean isReady() {
    return ready;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Attributes getAttributes() {
    return Attributes.EMPTY;
  }

  @Override
  public MethodDescriptor<Q, R> getMethodDescriptor() {
    return method;
  }
}
