package dev.keelson.server.metrics;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.node.metrics.PrometheusText.Family;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts calls per method, as go-grpc-prometheus does for etcd. One tracer per method is shared by
 * all its calls, so that a call costs increments and no object; only with durations ({@code
 * --metrics=extensive}) it costs one.
 */
public final class CallMetrics extends ServerStreamTracer.Factory {
  private static final ServerStreamTracer IGNORED = new ServerStreamTracer() {};

  private final boolean durations;
  private final Map<String, MethodMetrics> byName = new HashMap<>();
  private final ClientVersions versions = new ClientVersions();
  private final LongAdder receivedBytes = new LongAdder();
  private final LongAdder sentBytes = new LongAdder();

  /**
   * Prepares the counters.
   *
   * @param services whose methods are counted; calls of others are not
   * @param durations whether each call's duration is recorded
   */
  public CallMetrics(List<ServerServiceDefinition> services, boolean durations) {
    this.durations = durations;
    for (ServerServiceDefinition service : services) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        MethodDescriptor<?, ?> descriptor = method.getMethodDescriptor();
        byName.put(
            descriptor.getFullMethodName(),
            new MethodMetrics(descriptor, receivedBytes, sentBytes));
      }
    }
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    MethodMetrics method = byName.get(fullMethodName);
    if (method == null) {
      return IGNORED;
    }
    method.started();
    versions.count(headers, method.isUnary());
    return durations ? method.timed() : method;
  }

  void write(PrometheusText out) {
    Map<String, MethodMetrics> sorted = new TreeMap<>(byName);
    Family started = out.counter("grpc_server_started_total", "Calls that began.");
    sorted.values().forEach(method -> method.writeStarted(started));
    Family handled = out.counter("grpc_server_handled_total", "Calls that ended, by status.");
    sorted.values().forEach(method -> method.writeHandled(handled));
    Family received =
        out.counter("grpc_server_msg_received_total", "Messages received from clients.");
    sorted.values().forEach(method -> method.writeReceived(received));
    Family sent = out.counter("grpc_server_msg_sent_total", "Messages sent to clients.");
    sorted.values().forEach(method -> method.writeSent(sent));
    if (durations) {
      Family handling = out.histogram("grpc_server_handling_seconds", "Durations of calls.");
      sorted.values().forEach(method -> method.writeDurations(handling));
    }
    out.counter("etcd_network_client_grpc_received_bytes_total", "Bytes of messages from clients.")
        .value(receivedBytes.sum());
    out.counter("etcd_network_client_grpc_sent_bytes_total", "Bytes of messages to clients.")
        .value(sentBytes.sum());
    versions.write(out);
  }
}
