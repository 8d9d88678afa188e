package dev.keelson.sim.oracle;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.function.BinaryOperator;

/**
 * Changes answers on their way to the oracle, as a wrong server would.
 *
 * @param change gets the request and the answer, gives the answer to pass on
 */
record Tampering(BinaryOperator<Object> change) implements ClientInterceptor {
  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<Q, A>(next.newCall(method, options)) {
      private Object lastRequest = "";

      @Override
      public void sendMessage(Q request) {
        lastRequest = request;
        super.sendMessage(request);
      }

      @Override
      public void start(Listener<A> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<A>(listener) {
              @Override
              @SuppressWarnings("unchecked") // A change keeps the type of what it gets.
              public void onMessage(A answer) {
                super.onMessage((A) change.apply(lastRequest, answer));
              }
            },
            headers);
      }
    };
  }
}
