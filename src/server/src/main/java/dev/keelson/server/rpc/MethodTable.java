package dev.keelson.server.rpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.netty.util.AsciiString;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods by path. Immutable. */
final class MethodTable {
  private final Map<AsciiString, ServerMethodDefinition<?, ?>> byPath = new HashMap<>();
  private final Set<String> services = new HashSet<>();
  private final ServerStreamTracer.Factory calls;

  MethodTable(Collection<ServerServiceDefinition> definitions, ServerStreamTracer.Factory calls) {
    this.calls = calls;
    for (ServerServiceDefinition service : definitions) {
      services.add(service.getServiceDescriptor().getName());
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        String path = "/" + method.getMethodDescriptor().getFullMethodName();
        byPath.put(AsciiString.of(path), method);
      }
    }
  }

  @Nullable ServerMethodDefinition<?, ?> find(CharSequence path) {
    return byPath.get(AsciiString.of(path));
  }

  /** Counts a call that begins, and is told what becomes of it. */
  ServerStreamTracer begun(MethodDescriptor<?, ?> method, Metadata headers) {
    return calls.newServerStreamTracer(method.getFullMethodName(), headers);
  }

  /** What a call of an unknown path is told, in the words of grpc-go. */
  Status unknown(CharSequence path) {
    String text = path.toString();
    int split = text.lastIndexOf('/');
    if (!text.startsWith("/") || split == 0) {
      return Status.UNIMPLEMENTED.withDescription("malformed method name: \"" + text + '"');
    }
    String service = text.substring(1, split);
    String method = text.substring(split + 1);
    return Status.UNIMPLEMENTED.withDescription(
        services.contains(service)
            ? "unknown method " + method + " for service " + service
            : "unknown service " + service);
  }
}
