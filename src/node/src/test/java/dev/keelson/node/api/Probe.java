package dev.keelson.node.api;

import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Sends one request of any RPC and tells in a line what became of it. */
final class Probe {
  static final String OK = "OK";

  private Probe() {}

  /**
   * Calls and waits for the first answer or the end.
   *
   * @return {@link #OK}, or code and text of the status, or the reason why a watch was canceled
   */
  static String call(
      Channel channel, MethodDescriptor<?, ?> method, Metadata headers, Message request) {
    return typed(channel, cast(method), headers, request);
  }

  @SuppressWarnings("unchecked")
  private static MethodDescriptor<Message, Message> cast(MethodDescriptor<?, ?> method) {
    return (MethodDescriptor<Message, Message>) method;
  }

  private static String typed(
      Channel channel,
      MethodDescriptor<Message, Message> method,
      Metadata headers,
      Message request) {
    LinkedBlockingQueue<String> outcome = new LinkedBlockingQueue<>();
    ClientCall<Message, Message> call = channel.newCall(method, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Message answer) {
            outcome.add(
                answer instanceof WatchResponse watch && watch.getCanceled()
                    ? watch.getCancelReason()
                    : OK);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            outcome.add(status.isOk() ? OK : status.getCode() + ": " + status.getDescription());
          }
        },
        headers);
    call.request(1);
    call.sendMessage(request);
    call.halfClose();
    try {
      String first = outcome.poll(30, TimeUnit.SECONDS);
      return first == null ? "no answer" : first;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    } finally {
      call.cancel("the first answer is enough", null);
    }
  }
}
