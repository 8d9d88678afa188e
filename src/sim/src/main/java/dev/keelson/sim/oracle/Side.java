package dev.keelson.sim.oracle;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One of the two servers as the run sees it: its connection, its streams, its own numbers. */
final class Side implements AutoCloseable {
  private static final long CALL_TIMEOUT_SECONDS = 30;
  private static final long NEVER_COMPACTED = -1;
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private final ManagedChannel connection;
  private final Channel channel;
  private final Symbols symbols;
  private final String version;
  private final Map<Integer, WatchRecorder> streams = new HashMap<>();
  private final Map<String, String> tokens = new HashMap<>();
  private @Nullable KeepAliveStream keepAlive;

  private Side(ManagedChannel connection, Channel channel) {
    this.connection = connection;
    this.channel = channel;
    StatusResponse status =
        MaintenanceGrpc.newBlockingStub(channel)
            .withWaitForReady()
            .withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .status(StatusRequest.getDefaultInstance());
    this.version = status.getVersion();
    long revision =
        KVGrpc.newBlockingStub(channel)
            .withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS)
            .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")).build())
            .getHeader()
            .getRevision();
    this.symbols = new Symbols(status.getHeader().getMemberId(), revision, NEVER_COMPACTED);
  }

  /**
   * Connects to a server.
   *
   * @param endpoint {@code host:port}
   * @param interceptors see and may change every call; empty except in tests of the oracle
   */
  static Side connect(String endpoint, List<ClientInterceptor> interceptors) {
    ManagedChannel connection =
        NettyChannelBuilder.forTarget(endpoint)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .directExecutor()
            .build();
    try {
      return new Side(connection, ClientInterceptors.intercept(connection, interceptors));
    } catch (RuntimeException e) {
      connection.shutdownNow();
      throw e;
    }
  }

  Symbols symbols() {
    return symbols;
  }

  /** The version the server names in its status. */
  String version() {
    return version;
  }

  /** Remembers the token of a user. */
  void loggedIn(String user, String token) {
    tokens.put(user, token);
  }

  /**
   * Sends a unary request whose symbols are already replaced.
   *
   * @param user whose token goes with it; empty for nobody's
   */
  ListenableFuture<Message> send(String user, MethodDescriptor<?, ?> method, Message request) {
    @SuppressWarnings("unchecked") // Every method of the contract takes and gives messages.
    MethodDescriptor<Message, Message> typed = (MethodDescriptor<Message, Message>) method;
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(CALL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    Metadata headers = new Metadata();
    String token = tokens.get(user);
    if (token != null) {
      headers.put(TOKEN, token);
    }
    Channel identified =
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    return ClientCalls.futureUnaryCall(identified.newCall(typed, options), request);
  }

  /** Waits for an answer. */
  static Answer await(ListenableFuture<Message> future) throws InterruptedException {
    try {
      return new Answer.Response(future.get());
    } catch (ExecutionException e) {
      Status status = Status.fromThrowable(e);
      String text = status.getDescription();
      return new Answer.Failure(status.getCode(), text == null ? "" : text);
    }
  }

  /** Takes out of an answer what belongs to this server alone. */
  Answer comparable(Message request, Answer answer) {
    return answer instanceof Answer.Response(Message message)
        ? new Answer.Response(Normaliser.normalise(request, symbols.anonymous(message)))
        : answer;
  }

  /** The watch stream of a number, opened at first use. */
  WatchRecorder stream(int number) {
    return streams.computeIfAbsent(number, n -> WatchRecorder.open(channel));
  }

  void closeStream(int number) {
    WatchRecorder open = streams.remove(number);
    if (open != null) {
      open.close();
    }
  }

  void sendKeepAlive(LeaseKeepAliveRequest request) {
    keepAliveStream().send(request);
  }

  Answer takeKeepAlive(long timeoutMillis) throws InterruptedException {
    return keepAliveStream().take(timeoutMillis);
  }

  /** The revision in the header of a message, 0 when it has none. */
  static long revision(Message message) {
    FieldDescriptor field = message.getDescriptorForType().findFieldByName("header");
    return field != null && message.getField(field) instanceof ResponseHeader header
        ? header.getRevision()
        : 0;
  }

  @Override
  public void close() {
    connection.shutdownNow();
  }

  private KeepAliveStream keepAliveStream() {
    KeepAliveStream open = keepAlive;
    if (open == null) {
      open = new KeepAliveStream(channel);
      keepAlive = open;
    }
    return open;
  }
}
