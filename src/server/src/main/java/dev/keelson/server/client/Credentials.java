package dev.keelson.server.client;

import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import java.time.Duration;

/**
 * Who asks.
 *
 * @param user a user of the cluster
 * @param password never shown
 */
public record Credentials(String user, String password) {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  /**
   * Logs in.
   *
   * @return the headers that further calls have to carry
   * @throws io.grpc.StatusRuntimeException when the cluster refuses, does not answer in time or has
   *     authentication off
   */
  public Metadata authenticate(ManagedChannel channel, Duration timeout) {
    Metadata headers = new Metadata();
    headers.put(
        TOKEN,
        AuthGrpc.newBlockingStub(channel)
            .withDeadlineAfter(timeout)
            .authenticate(
                AuthenticateRequest.newBuilder().setName(user).setPassword(password).build())
            .getToken());
    return headers;
  }

  @Override
  public String toString() {
    return user;
  }
}
