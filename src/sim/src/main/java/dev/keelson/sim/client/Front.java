package dev.keelson.sim.client;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.io.ByteArrayInputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The client port of one process: finds the method and hands it what arrives. */
public final class Front {
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();

  public Front(List<ServerServiceDefinition> services) {
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        methods.put(method.getMethodDescriptor().getFullMethodName(), method);
      }
    }
  }

  /** A call as the server sees it. */
  static final class Inbound<Q, R> {
    private final ServerSide<Q, R> call;
    private final ServerCall.Listener<Q> listener;

    private Inbound(ServerMethodDefinition<Q, R> method, ServerSide.Carrier carrier) {
      call = new ServerSide<>(method.getMethodDescriptor(), carrier);
      listener = method.getServerCallHandler().startCall(call, new Metadata());
    }

    /** A message of the client arrives. */
    void message(byte[] encoded) {
      listener.onMessage(
          call.getMethodDescriptor().parseRequest(new ByteArrayInputStream(encoded)));
    }

    /** The client will send nothing more. */
    void halfClose() {
      listener.onHalfClose();
    }

    /** The client, or the connection, is gone. */
    void cancel() {
      if (!call.isCancelled()) {
        call.cancel();
        listener.onCancel();
      }
    }

    /** The connection takes more, or does not. */
    void ready(boolean takesMore) {
      call.ready(takesMore);
      if (takesMore) {
        listener.onReady();
      }
    }
  }

  /** A call arrives. */
  Inbound<?, ?> open(String method, ServerSide.Carrier carrier) {
    ServerMethodDefinition<?, ?> definition = methods.get(method);
    if (definition == null) {
      throw new IllegalArgumentException("no such method: " + method);
    }
    return new Inbound<>(definition, carrier);
  }
}
