package dev.keelson.bench.h2;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Some connections to one server, all on one loop thread. */
public final class Client implements AutoCloseable {
  private final EventLoop loop;
  private final List<Connection> connections;

  private Client(EventLoop loop, List<Connection> connections) {
    this.loop = loop;
    this.connections = connections;
  }

  /**
   * Opens the connections.
   *
   * @throws IOException when not all of them are usable within {@code limit}
   */
  public static Client connect(InetSocketAddress address, int count, Duration limit)
      throws IOException, InterruptedException {
    return connect(List.of(address), count, limit, Map.of());
  }

  /**
   * Opens connections to several servers in turn.
   *
   * @param metadata fields that every call carries besides gRPC's own, such as a token
   * @throws IOException when not all of them are usable within {@code limit}
   */
  public static Client connect(
      List<InetSocketAddress> addresses, int count, Duration limit, Map<String, String> metadata)
      throws IOException, InterruptedException {
    EventLoop loop = EventLoop.start("load-" + addresses.getFirst().getPort());
    try {
      List<CompletableFuture<Connection>> opening = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        opening.add(loop.connect(addresses.get(i % addresses.size()), metadata));
      }
      CompletableFuture.allOf(opening.toArray(CompletableFuture<?>[]::new))
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return new Client(loop, opening.stream().map(CompletableFuture::join).toList());
    } catch (ExecutionException | TimeoutException e) {
      loop.close();
      throw new IOException("cannot connect to " + addresses + ": " + e, e);
    }
  }

  /** The thread on which every listener of this client runs. */
  public EventLoop loop() {
    return loop;
  }

  /** The open connections, in a fixed order. */
  public List<Connection> connections() {
    return connections;
  }

  /**
   * One unary call on the first connection, waited for; not to be used on the loop's thread.
   *
   * @throws IOException for any gRPC status but OK, and when there is no answer within {@code
   *     limit}
   */
  public <T extends MessageLite> T call(
      String path, MessageLite request, Parser<T> parser, Duration limit)
      throws IOException, InterruptedException {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    byte[] message = request.toByteArray();
    loop.execute(
        () ->
            connections
                .getFirst()
                .start(new Call(new Waiter(answer)), path, message, 0, message.length, true));
    try {
      return parser.parseFrom(answer.get(limit.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException e) {
      throw new IOException(path + ": " + String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new IOException(path + ": no answer within " + limit, e);
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(path + ": not a response", e);
    }
  }

  @Override
  public void close() {
    loop.close();
  }

  private static final class Waiter implements CallListener {
    private final CompletableFuture<byte[]> answer;
    private byte @Nullable [] response;

    Waiter(CompletableFuture<byte[]> answer) {
      this.answer = answer;
    }

    @Override
    public void onMessage(Call call, byte[] bytes, int offset, int length) {
      response = Arrays.copyOfRange(bytes, offset, offset + length);
    }

    @Override
    public void onClose(Call call, int status, @Nullable String message) {
      if (status == 0 && response != null) {
        answer.complete(response);
      } else {
        answer.completeExceptionally(
            new IOException("gRPC status " + status + (message == null ? "" : ": " + message)));
      }
    }
  }
}
