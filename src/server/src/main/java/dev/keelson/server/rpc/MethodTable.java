package dev.keelson.server.rpc;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
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

  MethodTable(Collection<ServerServiceDefinition> definitions) {
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
