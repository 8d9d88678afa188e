package dev.keelson.server.trace;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A span for each call, with the caller's {@code traceparent} as its parent. Name, kind, attributes
 * and status follow OpenTelemetry's conventions for RPC as otelgrpc, which etcd uses, fills them.
 */
final class CallSpans extends ServerStreamTracer.Factory {
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> CODE = AttributeKey.longKey("rpc.grpc.status_code");

  private final Tracer tracer;
  private final ServerStreamTracer.Factory also;

  CallSpans(Tracer tracer, ServerStreamTracer.Factory also) {
    this.tracer = tracer;
    this.also = also;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    ServerStreamTracer other = also.newServerStreamTracer(fullMethodName, headers);
    int slash = fullMethodName.indexOf('/');
    Span span =
        tracer
            .spanBuilder(fullMethodName)
            .setSpanKind(SpanKind.SERVER)
            .setParent(
                W3CTraceContextPropagator.getInstance()
                    .extract(Context.root(), headers, Headers.GETTER))
            .setAttribute(SYSTEM, "grpc")
            .setAttribute(SERVICE, fullMethodName.substring(0, Math.max(slash, 0)))
            .setAttribute(METHOD, fullMethodName.substring(slash + 1))
            .startSpan();
    return span.isRecording() ? new TracedCall(span, other) : other;
  }

  /** Reads the caller's context from the headers. */
  private enum Headers implements TextMapGetter<Metadata> {
    GETTER;

    @Override
    public Iterable<String> keys(Metadata headers) {
      return headers.keys();
    }

    @Override
    public @Nullable String get(@Nullable Metadata headers, String key) {
      return headers == null
          ? null
          : headers.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
    }
  }

  /** One call that is traced; hands everything on. */
  private static final class TracedCall extends ServerStreamTracer {
    /** What is the server's fault; other codes are answers. */
    private static final List<Status.Code> FAILURES =
        List.of(
            Status.Code.UNKNOWN,
            Status.Code.DEADLINE_EXCEEDED,
            Status.Code.UNIMPLEMENTED,
            Status.Code.INTERNAL,
            Status.Code.UNAVAILABLE,
            Status.Code.DATA_LOSS);

    private final Span span;
    private final ServerStreamTracer other;

    TracedCall(Span span, ServerStreamTracer other) {
      this.span = span;
      this.other = other;
    }

    @Override
    public void inboundMessage(int sequence) {
      other.inboundMessage(sequence);
    }

    @Override
    public void outboundMessage(int sequence) {
      other.outboundMessage(sequence);
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      other.inboundUncompressedSize(bytes);
    }

    @Override
    public void outboundUncompressedSize(long bytes) {
      other.outboundUncompressedSize(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      other.streamClosed(status);
      span.setAttribute(CODE, (long) status.getCode().value());
      if (FAILURES.contains(status.getCode())) {
        String description = status.getDescription();
        span.setStatus(StatusCode.ERROR, description == null ? "" : description);
      }
      span.end();
    }
  }
}
