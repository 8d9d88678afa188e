package dev.keelson.bench.h2;

import io.netty.handler.codec.http2.Http2Exception;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A thread that serves any number of connections; {@link #close()} ends it and them. */
public final class EventLoop implements AutoCloseable {
  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final List<Connection> unflushed = new ArrayList<>();
  private volatile boolean closing;

  private EventLoop(String name) throws IOException {
    selector = Selector.open();
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  /** Starts a loop on a daemon thread of this name. */
  public static EventLoop start(String name) throws IOException {
    EventLoop loop = new EventLoop(name);
    loop.thread.start();
    return loop;
  }

  /** Runs a task on the loop's thread, after what it is doing now. */
  public void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Connects; complete once the server's SETTINGS have arrived and calls can start. */
  public CompletableFuture<Connection> connect(
      InetSocketAddress address, Map<String, String> metadata) {
    CompletableFuture<Connection> ready = new CompletableFuture<>();
    execute(() -> register(address, metadata, ready));
    return ready;
  }

  @Override
  public void close() {
    closing = true;
    selector.wakeup();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void flushLater(Connection connection) {
    unflushed.add(connection);
  }

  private void register(
      InetSocketAddress address,
      Map<String, String> metadata,
      CompletableFuture<Connection> ready) {
    SocketChannel channel = null;
    try {
      channel = SocketChannel.open();
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
      String authority = address.getHostString() + ":" + address.getPort();
      Connection connection = new Connection(this, channel, key, authority, metadata, ready);
      key.attach(connection);
      if (channel.connect(address)) {
        connection.onConnected();
      }
    } catch (IOException e) {
      ready.completeExceptionally(e);
      closeQuietly(channel);
    }
  }

  private static void closeQuietly(@Nullable SocketChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The connection attempt has failed already, and its caller knows why.
    }
  }

  private void run() {
    try (selector) {
      while (!closing) {
        selector.select(EventLoop::serve, 100);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        flush();
      }
      for (SelectionKey key : List.copyOf(selector.keys())) {
        ((Connection) key.attachment()).fail("client closed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void serve(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isConnectable() && ((SocketChannel) key.channel()).finishConnect()) {
        connection.onConnected();
        return;
      }
      if (key.isReadable()) {
        connection.onReadable();
      }
      if (key.isValid() && key.isWritable()) {
        connection.flush();
      }
    } catch (IOException | Http2Exception | RuntimeException e) {
      connection.fail(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  private void flush() {
    for (int i = 0; i < unflushed.size(); i++) { // grows when a failed call starts another
      Connection connection = unflushed.get(i);
      try {
        connection.flush();
      } catch (IOException e) {
        connection.fail(String.valueOf(e.getMessage()));
      }
    }
    unflushed.clear();
  }
}
