package dev.keelson.node.peer;

import dev.keelson.node.env.Cancellable;
import dev.keelson.node.env.Environment;
import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import dev.keelson.proto.peer.LeaseRenewRequest;
import dev.keelson.proto.peer.LeaseRenewResponse;
import dev.keelson.proto.peer.LeaseTimeToLiveRequest;
import dev.keelson.proto.peer.LeaseTimeToLiveResponse;
import dev.keelson.proto.peer.PeerGrpc;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.proto.peer.PromoteResponse;
import dev.keelson.raft.Message;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way to the other members: gRPC, and connections of bytes for snapshots. All connections of a
 * member, both directions, are served by a few event loops; names are looked up by threads that are
 * there while look-ups last.
 */
public final class GrpcTransport implements Transport {
  private final PeerSettings settings;
  private final Environment environment;
  private final PeerFront front;
  private final Dialer dialer;
  private final EventLoopGroup loops;
  private volatile @Nullable Running running;
  private volatile boolean closed;

  /**
   * Prepares the transport; it can {@link #describe} before it is started.
   *
   * @param client for members at https URLs; null if there are none
   * @param front how connections to the peer port begin
   */
  public GrpcTransport(
      PeerSettings settings,
      Environment environment,
      @Nullable SslContext client,
      PeerFront front) {
    this.settings = settings;
    this.environment = environment;
    this.front = front;
    this.dialer = new Dialer(settings, client);
    this.loops =
        new NioEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("peer", true));
  }

  /** What there is once the member has a name. */
  private record Running(PeerTable peers, PeerServer server, Cancellable ticks) {}

  /**
   * {@inheritDoc}
   *
   * @throws UncheckedIOException if an address cannot be listened on, or files cannot be kept
   */
  @Override
  public void start(long clusterId, long memberId, Receiver receiver) {
    if (running != null || closed) {
      throw new IllegalStateException("started twice, or after its end");
    }
    try {
      SnapshotSender.prepare(receiver.snapshots());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot use " + receiver.snapshots().directory() + " for snapshots", e);
    }
    PeerContext context =
        new PeerContext(settings, environment, dialer, clusterId, memberId, receiver);
    PeerTable peers = new PeerTable(context, loops, this::describe);
    PeerServer server =
        new PeerServer(
            settings,
            front,
            loops,
            PeerService.define(context, peers),
            new SnapshotReceiver(context, peers.admission()),
            receiver::describe);
    server.start();
    running = new Running(peers, server, environment.every(settings.probeMillis(), peers::tick));
  }

  /** Where others can reach this member, with the ports the system chose for port 0. */
  public List<SocketAddress> addresses() {
    return started().server.addresses();
  }

  /** How the ways to the others are, by member id. */
  public SortedMap<Long, PeerStatus> statuses() {
    Running now = running;
    return now == null ? new TreeMap<>() : now.peers.statuses();
  }

  @Override
  public void setPeers(Map<Long, List<String>> peerUrls) {
    if (!closed) {
      started().peers.setPeers(peerUrls);
    }
  }

  @Override
  public void send(List<Message> messages) {
    Running now = running;
    if (now == null || closed) {
      return;
    }
    try {
      now.peers.send(messages);
    } catch (RejectedExecutionException e) {
      if (!closed) {
        throw e;
      }
      // closed meanwhile; a message may always be lost
    }
  }

  @Override
  public long connectedMillis(long member) {
    Running now = running;
    return now == null ? -1 : now.peers.connectedMillis(member);
  }

  @Override
  public CompletableFuture<LeaseRenewResponse> renewLeases(long to, LeaseRenewRequest request) {
    return call(to, PeerGrpc.getLeaseRenewMethod(), request);
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(
      long to, LeaseTimeToLiveRequest request) {
    return call(to, PeerGrpc.getLeaseTimeToLiveMethod(), request);
  }

  @Override
  public CompletableFuture<PromoteResponse> promote(long to, PromoteRequest request) {
    return call(to, PeerGrpc.getPromoteMethod(), request);
  }

  @Override
  public CompletableFuture<HashKvResponse> hashKv(long to, HashKvRequest request) {
    return call(to, PeerGrpc.getHashKvMethod(), request);
  }

  private <Q, A> CompletableFuture<A> call(long to, MethodDescriptor<Q, A> method, Q request) {
    Running now = running;
    RemotePeer peer = now == null || closed ? null : now.peers.find(to);
    return peer != null
        ? peer.call(method, request)
        : CompletableFuture.failedFuture(
            Status.UNAVAILABLE
                .withDescription("member " + Identity.hex(to) + " is not known")
                .asRuntimeException());
  }

  @Override
  public CompletableFuture<DescribeResponse> describe(String peerUrl, DescribeRequest request) {
    if (closed) {
      return CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException());
    }
    EventLoop loop = loops.next();
    ManagedChannel channel;
    try {
      channel = dialer.dial(peerUrl, loop);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(
          Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
    }
    return RemotePeer.unary(
            channel,
            PeerGrpc.getDescribeMethod(),
            request,
            new Metadata(),
            settings.callTimeoutMillis())
        .whenComplete((answer, e) -> channel.shutdownNow());
  }

  private Running started() {
    Running now = running;
    if (now == null) {
      throw new IllegalStateException("not started");
    }
    return now;
  }

  @Override
  public void close() {
    closed = true;
    Running now = running;
    if (now != null) {
      now.ticks.cancel();
      now.server.close();
      now.peers.close();
    }
    Future<?> ended = loops.shutdownGracefully(0, 2, TimeUnit.SECONDS);
    if (!onOwnThread()) {
      ended.awaitUninterruptibly();
    }
  }

  /** A join that fails ends on an event loop, which cannot wait for its own end. */
  private boolean onOwnThread() {
    for (EventExecutor loop : loops) {
      if (loop.inEventLoop()) {
        return true;
      }
    }
    return false;
  }
}
