package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import io.grpc.StatusException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletionException;

/**
 * A WebSocket in place of a request and its answer (RFC 6455), for pages in a browser: what arrives
 * is the body, each answer is a text frame. As etcd has it by grpc-websocket-proxy; the socket is
 * closed when the call has ended.
 */
final class GatewaySocket {
  private final ServerWebSocket socket;
  private final FrameStream body;

  private GatewaySocket(ServerWebSocket socket) {
    this.socket = socket;
    this.body = new FrameStream(socket);
  }

  static boolean isAskedFor(HttpServerRequest request) {
    String upgrade = request.getHeader("Upgrade");
    return upgrade != null && upgrade.toLowerCase(Locale.ROOT).equals("websocket");
  }

  /** Answers a request that asks for a WebSocket. */
  static void open(HttpServerRequest request, Gateway gateway) {
    var _ =
        request
            .toWebSocket() // answers a malformed handshake by itself
            .onSuccess(
                socket -> {
                  GatewaySocket opened = new GatewaySocket(socket);
                  Thread.startVirtualThread(() -> opened.serve(request, gateway));
                });
  }

  private void serve(HttpServerRequest request, Gateway gateway) {
    try {
      call(request, gateway);
    } catch (IOException e) {
      // the client has gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      var _ = socket.close();
    }
  }

  private void call(HttpServerRequest request, Gateway gateway)
      throws IOException, InterruptedException {
    boolean answered = false;
    try (GatewayCall call = gateway.call(request.path(), RequestMetadata.ofSocket(request), null)) {
      body.onEnd(call::close);
      call.send(body);
      for (Message next = call.next(); next != null; next = call.next()) {
        write(call.isUnary() ? MessageJson.print(next) : MessageJson.result(next));
        answered = true;
      }
    } catch (StatusException e) {
      write(answered ? HttpErrors.last(e.getStatus()) : HttpErrors.body(e.getStatus()));
    }
  }

  /** Waits until the frame is written, so that a client that does not read holds the call up. */
  private void write(String text) throws IOException {
    try {
      socket.writeTextMessage(text).toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException | IllegalStateException e) {
      throw new IOException("the WebSocket is closed", e);
    }
  }
}
