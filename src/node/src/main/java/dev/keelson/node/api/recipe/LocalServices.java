package dev.keelson.node.api.recipe;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The member's services, called from inside the process. Thread-safe. */
final class LocalServices {
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

  /**
   * Takes the services as clients see them.
   *
   * @param services with every interceptor that a client's call passes
   */
  LocalServices(List<ServerServiceDefinition> services) {
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
  }

  /** Begins a call. */
  LocalCall<?, ?> open(MethodDescriptor<?, ?> method, Caller caller) {
    ServerMethodDefinition<?, ?> definition = methods.get(method.getFullMethodName());
    if (definition == null) {
      throw new IllegalArgumentException(method.getFullMethodName() + " is not served");
    }
    return LocalCall.start(definition, caller);
  }

  /**
   * Makes a unary call and waits for its answer.
   *
   * @throws StatusException when the answer is an error
   * @throws InterruptedException when interrupted; the call is cancelled then, and whether it takes
   *     effect is open
   */
  <Q extends MessageLite, R> R call(MethodDescriptor<Q, R> method, Q request, Caller caller)
      throws StatusException, InterruptedException {
    LocalCall<?, ?> call = begin(method, request, caller);
    try {
      return answer(method, call.next());
    } catch (InterruptedException e) {
      call.cancel();
      throw e;
    }
  }

  /**
   * Makes a unary call and waits for its answer even when interrupted, so that its effect is known;
   * the next wait finds the interruption.
   *
   * @throws StatusException when the answer is an error
   */
  <Q extends MessageLite, R> R callToTheEnd(MethodDescriptor<Q, R> method, Q request, Caller caller)
      throws StatusException {
    LocalCall<?, ?> call = begin(method, request, caller);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return answer(method, call.next());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <Q extends MessageLite> LocalCall<?, ?> begin(
      MethodDescriptor<Q, ?> method, Q request, Caller caller) {
    LocalCall<?, ?> call = open(method, caller);
    call.send(request);
    call.halfClose();
    return call;
  }

  private static <R> R answer(MethodDescriptor<?, R> method, @Nullable InputStream answer)
      throws StatusException {
    if (answer == null) {
      throw Status.INTERNAL.withDescription("an empty answer").asException();
    }
    return parsed(method, answer);
  }

  /** Reads a message and closes it: a large one is read from a view of the store. */
  static <R> R parsed(MethodDescriptor<?, R> method, InputStream message) {
    try (message) {
      return method.parseResponse(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // from memory to memory
    }
  }
}
