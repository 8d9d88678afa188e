package dev.keelson.operator.member;

import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import io.grpc.CallCredentials;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A token of the user root, asked for when it is first needed. */
final class RootToken extends CallCredentials {
  static final String ROOT = "root";
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final MemberConnections connections;
  private final List<MemberAddress> addresses;
  private final @Nullable ClientTls tls;
  private final String password;
  private @Nullable String value;

  RootToken(
      MemberConnections connections,
      List<MemberAddress> addresses,
      @Nullable ClientTls tls,
      String password) {
    this.connections = connections;
    this.addresses = addresses;
    this.tls = tls;
    this.password = password;
  }

  @Override
  public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
    executor.execute(
        () -> {
          Metadata headers = new Metadata();
          String token = value();
          if (token != null) {
            headers.put(TOKEN, token);
          }
          applier.apply(headers);
        });
  }

  /** Null if authentication turns out to be off, or no member can answer. */
  private synchronized @Nullable String value() {
    for (MemberAddress address : addresses) {
      if (value != null) {
        return value;
      }
      try {
        value =
            AuthGrpc.newBlockingStub(connections.to(address, tls))
                .withDeadlineAfter(2, TimeUnit.SECONDS)
                .authenticate(
                    AuthenticateRequest.newBuilder().setName(ROOT).setPassword(password).build())
                .getToken();
      } catch (StatusRuntimeException refused) {
        if (refused.getStatus().getCode() != Status.Code.UNAVAILABLE
            && refused.getStatus().getCode() != Status.Code.DEADLINE_EXCEEDED) {
          return null;
        }
      }
    }
    return value;
  }
}
