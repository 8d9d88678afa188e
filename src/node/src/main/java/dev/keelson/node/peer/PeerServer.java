package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeResponse;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.InternalNettyServerBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The listening side of the peer port: one server per kind of URL, plain and encrypted. */
final class PeerServer {
  private static final int METADATA_BYTES_MAX = 64 << 10;

  /** A member gives up few calls; calls that are reset as fast as made are CVE-2023-44487. */
  private static final int RESETS_MAX = 1000;

  private static final int RESETS_WINDOW_SECONDS = 10;
  private static final int STREAMS_MAX = 128;
  private static final long KEEPALIVE_SECONDS = 10;

  /** What is read at once: Netty's numbers, but more where a snapshot comes in. */
  private static final int READ_BYTES_MIN = 64;

  private static final int READ_BYTES = 2048;
  private static final int READ_BYTES_MAX = 256 << 10;

  private final List<Server> servers = new ArrayList<>();

  PeerServer(
      PeerSettings settings,
      PeerFront front,
      EventLoopGroup loops,
      ServerServiceDefinition service,
      SnapshotReceiver snapshots,
      Supplier<DescribeResponse> self) {
    List<SocketAddress> plain = new ArrayList<>();
    List<SocketAddress> encrypted = new ArrayList<>();
    for (String text : settings.listenUrls()) {
      PeerUrl url = PeerUrl.parse(text);
      (url.secure() ? encrypted : plain).add(new InetSocketAddress(url.host(), url.port()));
    }
    if (!plain.isEmpty()) {
      servers.add(
          build(settings, plain, negotiator(front, snapshots, false, self), loops, service));
    }
    if (!encrypted.isEmpty()) {
      servers.add(
          build(settings, encrypted, negotiator(front, snapshots, true, self), loops, service));
    }
  }

  private static FrontNegotiator negotiator(
      PeerFront front,
      SnapshotReceiver snapshots,
      boolean secure,
      Supplier<DescribeResponse> self) {
    return new FrontNegotiator(front.prepare(secure, self), snapshots, secure);
  }

  private static Server build(
      PeerSettings settings,
      List<SocketAddress> addresses,
      FrontNegotiator negotiator,
      EventLoopGroup loops,
      ServerServiceDefinition service) {
    NettyServerBuilder builder = NettyServerBuilder.forAddress(addresses.getFirst());
    addresses.stream().skip(1).forEach(builder::addListenAddress);
    builder
        .bossEventLoopGroup(loops)
        .workerEventLoopGroup(loops)
        .channelType(NioServerSocketChannel.class)
        .withChildOption(
            ChannelOption.RCVBUF_ALLOCATOR,
            new AdaptiveRecvByteBufAllocator(READ_BYTES_MIN, READ_BYTES, READ_BYTES_MAX))
        .directExecutor()
        .maxInboundMessageSize(settings.messageBytesMax())
        .maxInboundMetadataSize(METADATA_BYTES_MAX)
        .maxConcurrentCallsPerConnection(STREAMS_MAX)
        .maxRstFramesPerWindow(RESETS_MAX, RESETS_WINDOW_SECONDS)
        .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
        .keepAliveTimeout(settings.readTimeoutMillis(), TimeUnit.MILLISECONDS)
        .permitKeepAliveTime(1, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true)
        // the front has a deadline of its own; connections for snapshots never become gRPC's
        .handshakeTimeout(Long.MAX_VALUE, TimeUnit.MILLISECONDS)
        .protocolNegotiator(negotiator)
        .addService(service);
    InternalNettyServerBuilder.setStatsEnabled(builder, false);
    InternalNettyServerBuilder.setTracingEnabled(builder, false);
    return builder.build();
  }

  /**
   * Binds every address.
   *
   * @throws UncheckedIOException naming the address that is taken
   */
  void start() {
    try {
      for (Server server : servers) {
        server.start();
      }
    } catch (IOException e) {
      close();
      String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
      throw new UncheckedIOException(
          new IOException("cannot listen for peers: " + e.getMessage() + cause, e));
    }
  }

  List<SocketAddress> addresses() {
    return servers.stream()
        .<SocketAddress>flatMap(server -> server.getListenSockets().stream())
        .toList();
  }

  void close() {
    servers.forEach(Server::shutdownNow);
  }
}
