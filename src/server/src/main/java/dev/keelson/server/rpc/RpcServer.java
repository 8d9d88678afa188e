package dev.keelson.server.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Serves gRPC on the channels that are given to it. It binds nothing: whoever accepts a connection
 * and finds that it speaks HTTP/2 adds a {@link #newHandler} to its pipeline.
 */
public final class RpcServer {
  private final MethodTable methods;
  private final RpcSettings settings;
  private final Set<RpcConnection> open = ConcurrentHashMap.newKeySet();
  private final Object changed = new Object();
  private volatile boolean draining;

  /**
   * Creates the server.
   *
   * @param calls told of every call of these services; runs on event loops
   */
  public RpcServer(
      Collection<ServerServiceDefinition> services,
      RpcSettings settings,
      ServerStreamTracer.Factory calls) {
    this.methods = new MethodTable(services, calls);
    this.settings = settings;
  }

  /** The handler of a new connection; it expects the connection preface as the first bytes. */
  public ChannelHandler newHandler() {
    return new RpcHandler(this);
  }

  RpcConnection opened(ChannelHandlerContext context) {
    RpcConnection connection = new RpcConnection(context, methods, settings);
    open.add(connection);
    if (draining) {
      connection.drain();
    }
    return connection;
  }

  void closed(RpcConnection connection) {
    open.remove(connection);
    synchronized (changed) {
      changed.notifyAll();
    }
  }

  /**
   * Asks all clients to make no more calls here, lets running calls end, then cuts what is left.
   *
   * @param grace how long running calls may take
   */
  public void stop(Duration grace) throws InterruptedException {
    draining = true;
    open.forEach(RpcConnection::drain);
    awaitClosed(grace);
    open.forEach(RpcConnection::cut);
    awaitClosed(Duration.ofSeconds(1));
  }

  private void awaitClosed(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (changed) {
      while (!open.isEmpty()) {
        long leftNanos = end - System.nanoTime();
        if (leftNanos <= 0) {
          return;
        }
        TimeUnit.NANOSECONDS.timedWait(changed, Math.max(leftNanos, 1_000_000));
      }
    }
  }
}
