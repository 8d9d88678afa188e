package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.server.it.TraceCollector.Span;
import dev.keelson.sim.process.ScratchFolder;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Spans of calls, as a collector gets them; with {@code -Dit.program=etcd} those of etcd. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class TracingIT {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  /** The names that etcd 3.5 and 3.6 both have. */
  private static String[] flags(TraceCollector collector, int perMillion) {
    return new String[] {
      "--experimental-enable-distributed-tracing",
      "--experimental-distributed-tracing-address=" + collector.address(),
      "--experimental-distributed-tracing-service-name=store",
      "--experimental-distributed-tracing-instance-id=one",
      "--experimental-distributed-tracing-sampling-rate=" + perMillion
    };
  }

  private static KVGrpc.KVBlockingStub caller(ManagedChannel channel, String traceparent) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceparent);
    return KVGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static PutRequest put(String key) {
    return PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
  }

  @Test
  void aCallersTraceGoesOn() throws Exception {
    try (TraceCollector collector = new TraceCollector();
        ServerProcess server = Servers.start(flags(collector, 0))) {
      ManagedChannel channel = Servers.connect(server);
      try {
        KVGrpc.KVBlockingStub traced = caller(channel, "00-" + TRACE + "-" + PARENT + "-01");
        // not sampled by the caller, and without a caller's trace nothing is sampled at rate 0
        var _ = caller(channel, "00-" + TRACE + "-" + PARENT + "-00").put(put("a"));
        var _ = KVGrpc.newBlockingStub(channel).put(put("b"));
        var _ =
            traced.range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build());
        try {
          var _ = traced.put(put(""));
        } catch (StatusRuntimeException e) {
          assertThat(e).hasMessageContaining("key is not provided");
        }
        Span first = collector.await("etcdserverpb.KV/Range");
        assertThat(first.trace()).isEqualTo(TRACE);
        assertThat(first.parent()).isEqualTo(PARENT);
        assertThat(first.kind()).isEqualTo(2);
        assertThat(first.resource())
            .containsEntry("service.name", "store")
            .containsEntry("service.instance.id", "one");
        assertThat(first.attributes())
            .containsEntry("rpc.system", "grpc")
            .containsEntry("rpc.service", "etcdserverpb.KV")
            .containsEntry("rpc.method", "Range")
            .containsEntry("rpc.grpc.status_code", "0");
        Span refused = collector.await("etcdserverpb.KV/Put");
        assertThat(refused.attributes()).containsEntry("rpc.grpc.status_code", "3");
        assertThat(refused.status()).as("the caller's mistake is no error of the server").isZero();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void atFullRateEachCallBeginsATrace() throws Exception {
    try (TraceCollector collector = new TraceCollector();
        ServerProcess server = Servers.start(flags(collector, 1_000_000))) {
      ManagedChannel channel = Servers.connect(server);
      try {
        var _ = KVGrpc.newBlockingStub(channel).put(put("a"));
      } finally {
        channel.shutdownNow();
      }
      Span span = collector.await("etcdserverpb.KV/Put");
      assertThat(span.parent()).isEmpty();
      assertThat(span.trace()).hasSize(32);
    }
  }

  @Test
  void nothingIsLoadedWhileItIsOff() throws Exception {
    Servers.assumeKeelson("which classes are loaded");
    Path folder = ScratchFolder.create("tracing");
    try (TraceCollector collector = new TraceCollector()) {
      assertThat(classes(folder.resolve("off"))).noneMatch(name -> name.contains("opentelemetry"));
      assertThat(classes(folder.resolve("on"), flags(collector, 0)))
          .anyMatch(name -> name.contains("opentelemetry"));
    } finally {
      ScratchFolder.delete(folder);
    }
  }

  /** The classes that a member loads until it has served a write. */
  private static List<String> classes(Path file, String... flags) throws Exception {
    ServerProgram program = Servers.program();
    List<String> arguments = new ArrayList<>();
    arguments.add("KEELSON_JAVA_OPTS=-Xlog:class+load:file=" + file);
    arguments.add(program.executable().toString());
    arguments.addAll(program.arguments());
    try (ServerProcess server =
        ServerProcess.started(
            new ServerProgram(program.name(), Path.of("/usr/bin/env"), arguments), flags)) {
      ManagedChannel channel = Servers.connect(server);
      try {
        var _ = KVGrpc.newBlockingStub(channel).put(put("a"));
      } finally {
        channel.shutdownNow();
      }
    }
    List<String> lines = Files.readAllLines(file);
    assertThat(lines).anyMatch(line -> line.contains("dev.keelson.server.MemberLifecycle"));
    return lines;
  }
}
