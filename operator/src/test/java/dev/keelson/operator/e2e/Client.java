package dev.keelson.operator.e2e;

import com.google.protobuf.ByteString;
import dev.keelson.operator.model.OwnedSecret;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import io.fabric8.kubernetes.api.model.Secret;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client that knows nothing but the client Secret, and tries again like any good one. */
final class Client implements AutoCloseable {
  private static final int ATTEMPTS = 60;

  private final ManagedChannel channel;

  Client(Secret secret) {
    URI endpoint = URI.create(text(secret, "endpoints"));
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(endpoint.getHost(), endpoint.getPort());
    if (endpoint.getScheme().equals("https")) {
      try {
        builder.sslContext(
            GrpcSslContexts.forClient()
                .trustManager(pem(secret, "ca.crt"))
                .keyManager(pem(secret, "tls.crt"), pem(secret, "tls.key"))
                .build());
      } catch (SSLException e) {
        throw new AssertionError(e);
      }
    } else {
      builder.usePlaintext();
    }
    this.channel = builder.build();
  }

  private static String text(Secret secret, String key) {
    return Objects.requireNonNull(OwnedSecret.text(secret, key), key);
  }

  private static InputStream pem(Secret secret, String key) {
    return new ByteArrayInputStream(text(secret, key).getBytes(StandardCharsets.UTF_8));
  }

  void put(String key, String value) {
    PutRequest request =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(key))
            .setValue(ByteString.copyFromUtf8(value))
            .build();
    var _ = retried(() -> stub().put(request));
  }

  @Nullable String get(String key) {
    RangeRequest request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    RangeResponse answer = retried(() -> stub().range(request));
    return answer.getKvsCount() == 0 ? null : answer.getKvs(0).getValue().toStringUtf8();
  }

  private KVGrpc.KVBlockingStub stub() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
  }

  private static <T> T retried(java.util.function.Supplier<T> call) {
    StatusRuntimeException last = null;
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        return call.get();
      } catch (StatusRuntimeException failed) {
        last = failed;
        try {
          Thread.sleep(500);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    throw new AssertionError("no answer", last);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
