package dev.keelson.node.peer;

import com.google.protobuf.MessageLite;
import dev.keelson.proto.peer.PeerGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/** The service of the peer port: checks the caller, then hands on to the {@link Receiver}. */
final class PeerService {
  private PeerService() {}

  static ServerServiceDefinition define(PeerContext context, PeerTable peers) {
    Receiver receiver = context.receiver();
    RaftStream raft = new RaftStream(context, peers);
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(PeerGrpc.SERVICE_NAME)
            .addMethod(PeerMethods.RECEIVE)
            .addMethod(PeerGrpc.getLeaseRenewMethod())
            .addMethod(PeerGrpc.getLeaseTimeToLiveMethod())
            .addMethod(PeerGrpc.getPromoteMethod())
            .addMethod(PeerGrpc.getHashKvMethod())
            .addMethod(PeerGrpc.getDescribeMethod());
    ServerServiceDefinition.Builder service =
        ServerServiceDefinition.builder(descriptor.build()).addMethod(PeerMethods.RECEIVE, raft);
    add(service, PeerGrpc.getLeaseRenewMethod(), receiver::renewLeases);
    add(service, PeerGrpc.getLeaseTimeToLiveMethod(), receiver::timeToLive);
    add(service, PeerGrpc.getPromoteMethod(), receiver::promote);
    add(service, PeerGrpc.getHashKvMethod(), receiver::hashKv);
    add(
        service,
        PeerGrpc.getDescribeMethod(),
        request -> CompletableFuture.completedFuture(receiver.describe()));
    return ServerInterceptors.intercept(service.build(), peers.admission());
  }

  private static <Q extends MessageLite, A extends MessageLite> void add(
      ServerServiceDefinition.Builder service,
      MethodDescriptor<Q, A> method,
      Function<Q, CompletableFuture<A>> answer) {
    service.addMethod(method, unary(answer));
  }

  private static <Q, A> ServerCallHandler<Q, A> unary(Function<Q, CompletableFuture<A>> answer) {
    return ServerCalls.asyncUnaryCall(
        (request, observer) -> {
          try {
            var _ = answer.apply(request).whenComplete((value, e) -> reply(observer, value, e));
          } catch (RuntimeException e) {
            observer.onError(refusal(e));
          }
        });
  }

  private static <A> void reply(StreamObserver<A> observer, A value, Throwable failure) {
    if (failure != null) {
      observer.onError(refusal(failure));
    } else {
      observer.onNext(value);
      observer.onCompleted();
    }
  }

  /** The receiver's own refusal; what else went wrong stays here but for its text. */
  private static Throwable refusal(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    return cause instanceof StatusRuntimeException || cause instanceof StatusException
        ? cause
        : Status.INTERNAL.withDescription(String.valueOf(cause)).asRuntimeException();
  }
}
