package dev.keelson.operator.member;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Channels to members, kept between two looks at a cluster. One that is not used for a while drops
 * its connection by itself; one whose Pod or certificates are gone is dropped by {@link #prune}.
 */
public final class MemberConnections implements AutoCloseable {
  private static final int MAX_CHANNELS = 2_000;
  private static final int MAX_CONTEXTS = 500;

  private record Key(MemberAddress address, @Nullable ClientTls tls) {}

  private final ConcurrentMap<Key, ManagedChannel> channels = new ConcurrentHashMap<>();
  private final ConcurrentMap<ClientTls, SslContext> contexts = new ConcurrentHashMap<>();

  ManagedChannel to(MemberAddress address, @Nullable ClientTls tls) {
    prune();
    return Objects.requireNonNull(
        channels.compute(
            new Key(address, tls),
            (key, kept) -> kept == null || failing(kept) ? reopen(key, kept) : kept));
  }

  /**
   * A channel whose last connection failed refuses calls until it tries again, ever more rarely; a
   * member that started in the meantime would be taken for dead. A new one tries at once.
   */
  private static boolean failing(ManagedChannel channel) {
    return channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE;
  }

  private ManagedChannel reopen(Key key, @Nullable ManagedChannel failed) {
    if (failed != null) {
      failed.shutdown();
    }
    return open(key);
  }

  /** Every Pod has its own address for life, so old ones are not asked for again. */
  private void prune() {
    if (channels.size() >= MAX_CHANNELS) {
      close();
    }
  }

  private ManagedChannel open(Key key) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(key.address.ip(), key.address.port())
            .overrideAuthority(key.address.host())
            .idleTimeout(2, TimeUnit.MINUTES)
            .keepAliveTime(20, TimeUnit.SECONDS)
            .keepAliveTimeout(5, TimeUnit.SECONDS);
    ClientTls tls = key.tls;
    if (tls == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(context(tls));
    }
    return builder.build();
  }

  /**
   * Tells whether one can connect with these.
   *
   * @throws UnusableCertificates if they are no certificates and no key; the message says what
   */
  public void require(ClientTls tls) {
    var _ = context(tls);
  }

  /** Kept, since to read keys and certificates is most of the work of a look at a cluster. */
  private SslContext context(ClientTls tls) {
    if (contexts.size() >= MAX_CONTEXTS) {
      contexts.clear();
    }
    return contexts.computeIfAbsent(tls, MemberConnections::read);
  }

  private static SslContext read(ClientTls tls) {
    try {
      SslContextBuilder builder = GrpcSslContexts.forClient().trustManager(pem(tls.authorities()));
      if (tls.certificate() != null && tls.key() != null) {
        builder.keyManager(pem(tls.certificate()), pem(tls.key()));
      }
      return builder.build();
    } catch (SSLException | IllegalArgumentException bad) {
      throw new UnusableCertificates(bad);
    }
  }

  private static InputStream pem(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() {
    channels.forEach(
        (key, channel) -> {
          channels.remove(key, channel);
          channel.shutdown();
        });
  }
}
