package dev.keelson.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A collector of traces: OTLP over gRPC, read by field number (opentelemetry-proto, trace v1). */
final class TraceCollector implements AutoCloseable {
  private static final long SECONDS = 60;

  private final Server server;
  private final BlockingQueue<Span> spans = new LinkedBlockingQueue<>();

  /**
   * A span.
   *
   * @param kind 2 is a server's
   * @param status 2 is an error, 0 is not said
   */
  record Span(
      Map<String, String> resource,
      String trace,
      String parent,
      String name,
      long kind,
      Map<String, String> attributes,
      long status) {}

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    AS_THEY_ARE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  TraceCollector() throws IOException {
    String service = "opentelemetry.proto.collector.trace.v1.TraceService";
    MethodDescriptor<byte[], byte[]> export =
        MethodDescriptor.newBuilder(Bytes.AS_THEY_ARE, Bytes.AS_THEY_ARE)
            .setType(MethodType.UNARY)
            .setFullMethodName(service + "/Export")
            .build();
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .addService(
                ServerServiceDefinition.builder(service)
                    .addMethod(
                        export,
                        ServerCalls.asyncUnaryCall(
                            (request, answer) -> {
                              collect(request);
                              answer.onNext(new byte[0]);
                              answer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  /** Waits for the next span of a method. */
  Span await(String name) throws InterruptedException {
    while (true) {
      Span span = spans.poll(SECONDS, TimeUnit.SECONDS);
      assertThat(span).as("a span of " + name).isNotNull();
      if (span.name().equals(name)) {
        return span;
      }
    }
  }

  private void collect(byte[] request) {
    try {
      UnknownFieldSet all = UnknownFieldSet.parseFrom(request);
      for (ByteString resourceSpans : all.getField(1).getLengthDelimitedList()) {
        UnknownFieldSet group = UnknownFieldSet.parseFrom(resourceSpans);
        Map<String, String> resource = attributes(message(group.getField(1)).getField(1));
        for (ByteString scopeSpans : group.getField(2).getLengthDelimitedList()) {
          for (ByteString span :
              UnknownFieldSet.parseFrom(scopeSpans).getField(2).getLengthDelimitedList()) {
            spans.add(span(resource, UnknownFieldSet.parseFrom(span)));
          }
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Span span(Map<String, String> resource, UnknownFieldSet span)
      throws InvalidProtocolBufferException {
    return new Span(
        resource,
        hex(span.getField(1)),
        hex(span.getField(4)),
        text(span.getField(5)),
        number(span.getField(6)),
        attributes(span.getField(9)),
        number(message(span.getField(15)).getField(3)));
  }

  private static Map<String, String> attributes(Field field) throws InvalidProtocolBufferException {
    Map<String, String> attributes = new TreeMap<>();
    for (ByteString each : field.getLengthDelimitedList()) {
      UnknownFieldSet pair = UnknownFieldSet.parseFrom(each);
      UnknownFieldSet value = message(pair.getField(2));
      attributes.put(
          text(pair.getField(1)),
          value.hasField(1) ? text(value.getField(1)) : "" + number(value.getField(3)));
    }
    return attributes;
  }

  private static UnknownFieldSet message(Field field) throws InvalidProtocolBufferException {
    return field.getLengthDelimitedList().isEmpty()
        ? UnknownFieldSet.getDefaultInstance()
        : UnknownFieldSet.parseFrom(field.getLengthDelimitedList().getLast());
  }

  private static String text(Field field) {
    return field.getLengthDelimitedList().isEmpty()
        ? ""
        : field.getLengthDelimitedList().getLast().toStringUtf8();
  }

  private static String hex(Field field) {
    return field.getLengthDelimitedList().isEmpty()
        ? ""
        : HexFormat.of().formatHex(field.getLengthDelimitedList().getLast().toByteArray());
  }

  private static long number(Field field) {
    return field.getVarintList().isEmpty() ? 0 : field.getVarintList().getLast();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
