package dev.keelson.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.node.metrics.PrometheusText;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallMetricsTest {
  private static final String METHOD = WatchGrpc.getWatchMethod().getFullMethodName();
  private static final String LABELS =
      "grpc_method=\"Watch\",grpc_service=\"etcdserverpb.Watch\",grpc_type=\"bidi_stream\"";

  private final BindableService service = new WatchGrpc.WatchImplBase() {};

  private static Metadata version(String version) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("client-api-version", Metadata.ASCII_STRING_MARSHALLER), version);
    return headers;
  }

  private static String text(CallMetrics metrics) {
    PrometheusText out = new PrometheusText();
    metrics.write(out);
    return out.toString();
  }

  @Test
  void callsAreCountedWithoutAnObjectEach() {
    CallMetrics metrics = new CallMetrics(List.of(service.bindService()), false);
    assertThat(text(metrics))
        .as("everything is there from the start")
        .contains("grpc_server_started_total{" + LABELS + "} 0")
        .contains("grpc_server_handled_total{grpc_code=\"Canceled\"," + LABELS + "} 0")
        .doesNotContain("grpc_server_handling_seconds");
    ServerStreamTracer call = metrics.newServerStreamTracer(METHOD, version("3.5"));
    assertThat(metrics.newServerStreamTracer(METHOD, new Metadata())).isSameAs(call);
    call.inboundMessage(0);
    call.inboundUncompressedSize(10);
    call.outboundMessage(0);
    call.outboundMessage(1);
    call.outboundUncompressedSize(7);
    call.streamClosed(Status.CANCELLED);
    assertThat(text(metrics))
        .contains("grpc_server_started_total{" + LABELS + "} 2")
        .contains("grpc_server_handled_total{grpc_code=\"Canceled\"," + LABELS + "} 1")
        .contains("grpc_server_msg_received_total{" + LABELS + "} 1")
        .contains("grpc_server_msg_sent_total{" + LABELS + "} 2")
        .contains("etcd_network_client_grpc_received_bytes_total 10")
        .contains("etcd_network_client_grpc_sent_bytes_total 7")
        .contains("etcd_server_client_requests_total{client_api_version=\"3.5\",type=\"stream\"} 1")
        .contains(
            "etcd_server_client_requests_total{client_api_version=\"unknown\",type=\"stream\"} 1");
  }

  @Test
  void durationsAreRecordedWhenAskedFor() {
    CallMetrics metrics = new CallMetrics(List.of(service.bindService()), true);
    metrics.newServerStreamTracer(METHOD, new Metadata()).streamClosed(Status.OK);
    assertThat(text(metrics))
        .contains("grpc_server_handling_seconds_count{" + LABELS + "} 1")
        .contains("grpc_server_handled_total{grpc_code=\"OK\"," + LABELS + "} 1");
  }

  @Test
  void inventedVersionsDoNotFillTheMemory() {
    CallMetrics metrics = new CallMetrics(List.of(service.bindService()), false);
    for (int i = 0; i < 1000; i++) {
      metrics.newServerStreamTracer(METHOD, version("v" + i));
    }
    assertThat(text(metrics).lines().filter(line -> line.contains("client_api_version=")))
        .hasSize(65);
    assertThat(text(metrics)).contains("client_api_version=\"other\",type=\"stream\"} 936");
  }

  @Test
  void methodsThatAreNotServedAreNotCounted() {
    CallMetrics metrics = new CallMetrics(List.of(service.bindService()), false);
    metrics.newServerStreamTracer("no.such/Method", new Metadata()).streamClosed(Status.OK);
    assertThat(text(metrics)).doesNotContain("no.such");
  }
}
