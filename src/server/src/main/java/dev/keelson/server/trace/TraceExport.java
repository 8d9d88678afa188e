package dev.keelson.server.trace;

import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ExternalOptions;
import io.grpc.ServerStreamTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans to a collector, in batches, by OTLP over gRPC without TLS. A collector that is not
 * there costs spans and nothing else.
 *
 * <p>Source: etcd embed/config_tracing.go.
 */
public final class TraceExport implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(TraceExport.class);
  private static final String SCOPE = "dev.keelson.server.trace";
  private static final double MILLION = 1e6;

  /** How long the last spans may take at the end of the process. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final SdkTracerProvider provider;

  private TraceExport(SdkTracerProvider provider) {
    this.provider = provider;
  }

  /** Begins as the flags say; the connection is made with the first spans. */
  public static TraceExport begin(Configuration configuration) {
    String address = configuration.get(ExternalOptions.DISTRIBUTED_TRACING_ADDRESS);
    String service = configuration.get(ExternalOptions.DISTRIBUTED_TRACING_SERVICE_NAME);
    String instance = configuration.get(ExternalOptions.DISTRIBUTED_TRACING_INSTANCE_ID);
    int perMillion = configuration.get(ExternalOptions.DISTRIBUTED_TRACING_SAMPLING_RATE);
    AttributesBuilder resource =
        Attributes.builder().put(AttributeKey.stringKey("service.name"), service);
    if (!instance.isEmpty()) {
      resource.put(AttributeKey.stringKey("service.instance.id"), instance);
    }
    log.atInfo()
        .addKeyValue("address", address)
        .addKeyValue("service-name", service)
        .addKeyValue("service-instance-id", instance)
        .addKeyValue("sampling-rate", perMillion)
        .log("distributed tracing enabled");
    return new TraceExport(
        SdkTracerProvider.builder()
            .setResource(Resource.create(resource.build()))
            .setSampler(
                Sampler.parentBased(
                    perMillion == 0
                        ? Sampler.alwaysOff()
                        : Sampler.traceIdRatioBased(perMillion / MILLION)))
            .addSpanProcessor(
                BatchSpanProcessor.builder(
                        OtlpGrpcSpanExporter.builder().setEndpoint("http://" + address).build())
                    .build())
            .build());
  }

  /**
   * Traces calls.
   *
   * @param also told of every call as well
   */
  public ServerStreamTracer.Factory calls(ServerStreamTracer.Factory also) {
    return new CallSpans(provider.get(SCOPE), also);
  }

  /** Sends what is left, for a second at most. */
  @Override
  public void close() {
    var _ = provider.shutdown().join(GRACE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
