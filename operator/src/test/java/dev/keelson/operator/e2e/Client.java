package dev.keelson.operator.e2e;

import com.google.protobuf.ByteString;
import dev.keelson.operator.model.OwnedSecret;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.ClusterGrpc;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.MemberListRequest;
import dev.keelson.proto.etcdserverpb.MemberRemoveRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import io.fabric8.kubernetes.api.model.Secret;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A client that knows nothing but the client Secret, which it reads again when a request fails, and
 * tries again like any good one. It writes a value under a key once however often it tries.
 */
final class Client implements AutoCloseable {
  /** How long it goes on trying; a request that takes longer has failed. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final int BATCH = 100;
  private static final long PAUSE_MILLIS = 100;
  private static final long DEADLINE_SECONDS = 3;

  private final Supplier<Secret> secrets;
  private Secret known;
  private ManagedChannel channel;
  private @Nullable String token;

  Client(Supplier<Secret> secrets) {
    this.secrets = secrets;
    this.known = secrets.get();
    this.channel = open(known);
  }

  private static ManagedChannel open(Secret secret) {
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
    return builder.build();
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
    var _ = retried(stub -> stub.put(request));
  }

  @Nullable String get(String key) {
    RangeRequest request = RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    RangeResponse answer = retried(stub -> stub.range(request));
    return answer.getKvsCount() == 0 ? null : answer.getKvs(0).getValue().toStringUtf8();
  }

  /** All keys from the first to before the second, without their values. */
  List<String> keys(String from, String end) {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(from))
            .setRangeEnd(ByteString.copyFromUtf8(end))
            .setKeysOnly(true)
            .build();
    return retried(stub -> stub.range(request)).getKvsList().stream()
        .map(pair -> pair.getKey().toStringUtf8())
        .toList();
  }

  /** Writes so many keys of 256 bytes, a hundred at a time. */
  void fill(String prefix, int keys) {
    ByteString value = ByteString.copyFromUtf8("v".repeat(256));
    for (int begin = 0; begin < keys; begin += BATCH) {
      TxnRequest.Builder batch = TxnRequest.newBuilder();
      for (int i = begin; i < Math.min(keys, begin + BATCH); i++) {
        batch.addSuccess(
            RequestOp.newBuilder()
                .setRequestPut(
                    PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(prefix + i))
                        .setValue(value)));
      }
      TxnRequest request = batch.build();
      var _ = retried(stub -> stub.txn(request));
    }
  }

  /** What a person can do with etcdctl behind the operator's back. */
  void removeMember(String name) {
    ClusterGrpc.ClusterBlockingStub cluster =
        ClusterGrpc.newBlockingStub(channel)
            .withDeadlineAfter(PATIENCE.toSeconds(), TimeUnit.SECONDS)
            .withWaitForReady();
    long id =
        cluster.memberList(MemberListRequest.getDefaultInstance()).getMembersList().stream()
            .filter(member -> member.getName().equals(name))
            .findFirst()
            .orElseThrow()
            .getID();
    var _ = cluster.memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
  }

  private <T> T retried(Function<KVGrpc.KVBlockingStub, T> call) {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        return call.apply(
            authenticated(KVGrpc.newBlockingStub(channel))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .withWaitForReady());
      } catch (StatusRuntimeException failed) {
        if (Instant.now().isAfter(end)) {
          throw new AssertionError("no answer within " + PATIENCE, failed);
        }
        pause();
        renew();
      }
    }
  }

  /** With a token, if the Secret has a password. */
  private KVGrpc.KVBlockingStub authenticated(KVGrpc.KVBlockingStub stub) {
    String password = OwnedSecret.text(known, "password");
    if (password == null) {
      return stub;
    }
    if (token == null) {
      token =
          AuthGrpc.newBlockingStub(channel)
              .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
              .withWaitForReady()
              .authenticate(
                  AuthenticateRequest.newBuilder()
                      .setName(Objects.requireNonNull(OwnedSecret.text(known, "username")))
                      .setPassword(password)
                      .build())
              .getToken();
    }
    Metadata headers = new Metadata();
    headers.put(TOKEN, token);
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** With the certificates of now, as a program does whose Secret is mounted as files. */
  private void renew() {
    token = null;
    Secret secret = secrets.get();
    if (!known.getData().equals(secret.getData())) {
      channel.shutdownNow();
      known = secret;
      channel = open(secret);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
