package dev.keelson.node.api.watch;

import dev.keelson.kv.watch.WatchFrame;
import dev.keelson.kv.watch.WatchHub;
import dev.keelson.proto.etcdserverpb.WatchGrpc;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * {@code etcdserverpb.Watch}: one bidirectional call carries any number of watches. Safe from any
 * thread.
 *
 * <p>A half-closed call goes on; it ends when the client cancels, the leader is lost and the client
 * sent {@code hasleader: true}, or the server stops.
 */
public final class WatchService implements BindableService {
  /** Bytes of unsent responses per call from which its watches stop being live. */
  public static final int DEFAULT_BUDGET_BYTES = 256 << 10;

  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
  private static final Status NO_LEADER =
      Status.UNAVAILABLE.withDescription("etcdserver: no leader");
  private static final Status LEARNER =
      Status.FAILED_PRECONDITION.withDescription("etcdserver: rpc not supported for learner");
  private static final Status SERVER_STOPPED =
      Status.UNAVAILABLE.withDescription("etcdserver: server stopped");

  private static final MethodDescriptor<WatchRequest, WatchFrame> WATCH =
      WatchGrpc.getWatchMethod().toBuilder(
              WatchGrpc.getWatchMethod().getRequestMarshaller(), new WatchFrameMarshaller())
          .build();

  private final WatchHub hub;
  private final WatchAuthorizer authorizer;
  private final BooleanSupplier hasLeader;
  private final BooleanSupplier learner;
  private final int budgetBytes;
  private final Set<WatchCall> calls = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean stopped;

  /**
   * The service of one member.
   *
   * @param hub where the watches live
   * @param authorizer asked at each creation
   * @param hasLeader whether a leader is known now; asked when a call with {@code hasleader: true}
   *     opens
   * @param learner whether this member is a learner now: it serves no watches
   * @param budgetBytes unsent bytes per call past which it counts as slow; {@link
   *     #DEFAULT_BUDGET_BYTES} is enough to keep a fast link busy
   */
  public WatchService(
      WatchHub hub,
      WatchAuthorizer authorizer,
      BooleanSupplier hasLeader,
      BooleanSupplier learner,
      int budgetBytes) {
    this.hub = hub;
    this.authorizer = authorizer;
    this.hasLeader = hasLeader;
    this.learner = learner;
    this.budgetBytes = budgetBytes;
  }

  @Override
  public ServerServiceDefinition bindService() {
    ServiceDescriptor descriptor =
        ServiceDescriptor.newBuilder(WatchGrpc.SERVICE_NAME)
            .setSchemaDescriptor(WatchGrpc.getServiceDescriptor().getSchemaDescriptor())
            .addMethod(WATCH)
            .build();
    return ServerServiceDefinition.builder(descriptor).addMethod(WATCH, this::open).build();
  }

  /**
   * No leader has been known for three election timeouts: calls that require one end with
   * Unavailable.
   */
  public void leaderLost() {
    for (WatchCall call : List.copyOf(calls)) {
      if (call.requiresLeader()) {
        call.end(NO_LEADER);
      }
    }
  }

  /** The server stops: every call ends with Unavailable, and so does every later one. */
  public void stop() {
    stopped = true;
    for (WatchCall call : List.copyOf(calls)) {
      call.end(SERVER_STOPPED);
    }
  }

  private ServerCall.Listener<WatchRequest> open(
      ServerCall<WatchRequest, WatchFrame> serverCall, Metadata headers) {
    if (learner.getAsBoolean()) {
      serverCall.close(LEARNER, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    boolean requiresLeader = "true".equals(headers.get(HAS_LEADER));
    if (requiresLeader && !hasLeader.getAsBoolean()) {
      serverCall.close(NO_LEADER, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    serverCall.setOnReadyThreshold(budgetBytes);
    WatchCall call =
        new WatchCall(serverCall, headers, hub, authorizer, requiresLeader, calls::remove);
    calls.add(call);
    call.start();
    if (stopped) {
      call.end(SERVER_STOPPED);
    }
    return call;
  }
}
