package dev.keelson.server.gateway;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A call of the member, in blocking style: one thread sends, one takes what comes back. At most one
 * response is under way at a time, so that a client that does not read holds the stream up.
 */
final class GatewayCall {
  private final ClientCall<Message, Message> call;
  private final LinkedBlockingQueue<Item> arrived = new LinkedBlockingQueue<>();

  /** A message, or the end. */
  private record Item(@Nullable Message message, Status end) {}

  GatewayCall(Channel channel, MethodDescriptor<Message, Message> method, Metadata metadata) {
    call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Message message) {
            arrived.add(new Item(message, Status.OK));
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            arrived.add(new Item(null, status));
          }
        },
        metadata);
    call.request(1);
  }

  void send(Message request) {
    call.sendMessage(request);
  }

  void halfClose() {
    call.halfClose();
  }

  /** Ends the call; whoever waits in {@link #next} hears of it. */
  void cancel() {
    call.cancel("the HTTP request has ended", null);
  }

  /**
   * Waits for the next response.
   *
   * @return null when the call ended well
   * @throws StatusException when it ended with an error
   */
  @Nullable Message next() throws StatusException, InterruptedException {
    Item item = arrived.take();
    if (item.message() == null) {
      if (item.end().isOk()) {
        return null;
      }
      throw item.end().asException();
    }
    call.request(1);
    return item.message();
  }
}
