package dev.keelson.server.metrics;

import dev.keelson.node.metrics.Histogram;
import dev.keelson.node.metrics.PrometheusText.Family;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** The counters of one method, and the tracer that all its calls share. */
final class MethodMetrics extends ServerStreamTracer {
  /** Go's names of the status codes, in the order of their numbers. */
  private static final String[] CODES = {
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated"
  };

  private final String[] labels;
  private final boolean unary;
  private final LongAdder allReceivedBytes;
  private final LongAdder allSentBytes;
  private final LongAdder started = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder[] handled = new LongAdder[CODES.length];
  private final Histogram durations =
      Histogram.of(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10);

  MethodMetrics(MethodDescriptor<?, ?> method, LongAdder receivedBytes, LongAdder sentBytes) {
    this.allReceivedBytes = receivedBytes;
    this.allSentBytes = sentBytes;
    this.unary = method.getType() == MethodDescriptor.MethodType.UNARY;
    this.labels =
        new String[] {
          "grpc_method", String.valueOf(method.getBareMethodName()),
          "grpc_service", String.valueOf(method.getServiceName()),
          "grpc_type", type(method.getType())
        };
    Arrays.setAll(handled, code -> new LongAdder());
  }

  private static String type(MethodDescriptor.MethodType type) {
    return switch (type) {
      case UNARY, UNKNOWN -> "unary";
      case SERVER_STREAMING -> "server_stream";
      case CLIENT_STREAMING -> "client_stream";
      case BIDI_STREAMING -> "bidi_stream";
    };
  }

  boolean isUnary() {
    return unary;
  }

  void started() {
    started.increment();
  }

  @Override
  public void inboundMessage(int sequence) {
    received.increment();
  }

  @Override
  public void outboundMessage(int sequence) {
    sent.increment();
  }

  @Override
  public void inboundUncompressedSize(long bytes) {
    allReceivedBytes.add(bytes);
  }

  @Override
  public void outboundUncompressedSize(long bytes) {
    allSentBytes.add(bytes);
  }

  @Override
  public void streamClosed(Status status) {
    handled[status.getCode().value()].increment();
  }

  /** A tracer for one call that also records how long it takes. */
  ServerStreamTracer timed() {
    return new Timed(System.nanoTime());
  }

  private final class Timed extends ServerStreamTracer {
    private final long beganNanos;

    Timed(long beganNanos) {
      this.beganNanos = beganNanos;
    }

    @Override
    public void inboundMessage(int sequence) {
      MethodMetrics.this.inboundMessage(sequence);
    }

    @Override
    public void outboundMessage(int sequence) {
      MethodMetrics.this.outboundMessage(sequence);
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      MethodMetrics.this.inboundUncompressedSize(bytes);
    }

    @Override
    public void outboundUncompressedSize(long bytes) {
      MethodMetrics.this.outboundUncompressedSize(bytes);
    }

    @Override
    public void streamClosed(Status status) {
      MethodMetrics.this.streamClosed(status);
      durations.recordNanos(System.nanoTime() - beganNanos);
    }
  }

  void writeStarted(Family family) {
    family.value(started.sum(), labels);
  }

  /** Every code from the start, as etcd does: an alert must see a first error as an increase. */
  void writeHandled(Family family) {
    String[] withCode = new String[labels.length + 2];
    System.arraycopy(labels, 0, withCode, 2, labels.length);
    withCode[0] = "grpc_code";
    for (int code = 0; code < CODES.length; code++) {
      withCode[1] = CODES[code];
      family.value(handled[code].sum(), withCode);
    }
  }

  void writeReceived(Family family) {
    family.value(received.sum(), labels);
  }

  void writeSent(Family family) {
    family.value(sent.sum(), labels);
  }

  void writeDurations(Family family) {
    family.histogram(durations, labels);
  }
}
