package dev.keelson.node.peer;

import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.proto.peer.RaftAck;
import dev.keelson.raft.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.net.ConnectException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way to one other member: its lanes, and calls on the connection of the control lane. */
final class RemotePeer {
  private static final Logger LOG = LoggerFactory.getLogger(RemotePeer.class);
  private static final long CLOCK_TOLERANCE_MILLIS = 1000;

  private final PeerContext context;
  private final Identity identity;
  private final NetworkMetrics.Peer counters;
  private final EventLoop loop;
  private final Lane control;
  private final Lane bulk;
  private final AtomicLong dropped = new AtomicLong();
  private volatile List<String> urls;
  private volatile long roundTripNanos;
  private volatile long clockDifferenceMillis;
  private volatile boolean clockWarned;
  private volatile long connectedSinceNanos;

  RemotePeer(PeerContext context, long id, List<String> urls, EventLoop loop) {
    this.context = context;
    this.urls = urls;
    this.loop = loop;
    identity = new Identity(context.clusterId(), context.memberId(), id);
    counters = context.receiver().metrics().peer(id);
    Events events = new Events();
    control = new Lane(Lane.Kind.CONTROL, context, identity, loop, urls, events);
    bulk = new Lane(Lane.Kind.BULK, context, identity, loop, urls, events);
  }

  void start() {
    control.start();
    bulk.start();
  }

  Identity identity() {
    return identity;
  }

  List<String> urls() {
    return urls;
  }

  void setUrls(List<String> changed) {
    urls = changed;
    control.setUrls(changed);
    bulk.setUrls(changed);
  }

  /**
   * The member has connected to this one, so it can probably be reached: it is not left waiting for
   * the end of a pause, which after a long absence is seconds. Any thread.
   */
  void heardFrom() {
    control.hurry();
    bulk.hurry();
  }

  /** Queues a message other than a snapshot; false if it is dropped. */
  boolean offer(Message message) {
    boolean taken = laneOf(message).offer(message);
    if (!taken) {
      dropped.incrementAndGet();
      counters.sentFailures.increment();
    }
    return taken;
  }

  void flush() {
    control.flush();
    bulk.flush();
  }

  /**
   * Entries and what must stay in order with them go by the bulk lane, all else by the other. The
   * core tolerates any order between the two: a heartbeat's commit index is at most what the
   * follower has acknowledged.
   */
  private Lane laneOf(Message message) {
    return switch (message) {
      case Message.AppendRequest _, Message.ForwardedProposal _ -> bulk;
      default -> control;
    };
  }

  /** Looks after the connections. Any thread. */
  void tickSoon() {
    loop.execute(
        () -> {
          control.tick();
          bulk.tick();
        });
  }

  PeerStatus status() {
    return new PeerStatus(
        control.isConnected() && bulk.isConnected(),
        roundTripNanos,
        clockDifferenceMillis,
        control.sentMessages() + bulk.sentMessages(),
        dropped.get());
  }

  /** For how long both lanes have been up; -1 if one is down. */
  long connectedMillis() {
    return control.isConnected() && bulk.isConnected()
        ? TimeUnit.NANOSECONDS.toMillis(context.environment().nanoTime() - connectedSinceNanos)
        : -1;
  }

  /** One request, one answer. */
  <Q, A> CompletableFuture<A> call(MethodDescriptor<Q, A> method, Q request) {
    ManagedChannel channel = control.connection();
    if (channel == null) {
      return CompletableFuture.failedFuture(
          Status.UNAVAILABLE
              .withDescription("member " + Identity.hex(identity.to()) + " is not connected")
              .asRuntimeException());
    }
    return unary(
        channel, method, request, identity.toMetadata(), context.settings().callTimeoutMillis());
  }

  static <Q, A> CompletableFuture<A> unary(
      ManagedChannel channel,
      MethodDescriptor<Q, A> method,
      Q request,
      Metadata headers,
      long timeoutMillis) {
    CompletableFuture<A> result = new CompletableFuture<>();
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(timeoutMillis, TimeUnit.MILLISECONDS);
    // on behalf of this member: it does not end with a call that is being answered on this thread
    Context caller = Context.ROOT.attach();
    ClientCall<Q, A> call;
    try {
      call = channel.newCall(method, options);
    } finally {
      Context.ROOT.detach(caller);
    }
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(A answer) {
            result.complete(answer);
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            // after an answer this changes nothing
            result.completeExceptionally(
                status.isOk()
                    ? Status.INTERNAL.withDescription("no answer").asRuntimeException()
                    : status.asRuntimeException());
          }
        },
        headers);
    call.sendMessage(request);
    call.halfClose();
    call.request(1);
    return result;
  }

  void close() {
    control.close();
    bulk.close();
  }

  /** What both lanes tell; on the event loop that they share. */
  private final class Events implements Lane.Observer {
    private final Set<Lane.Kind> up = EnumSet.noneOf(Lane.Kind.class);
    private String problem = "";
    private boolean reached;

    @Override
    public void connected(Lane.Kind kind, String url) {
      problem = "";
      reached = true;
      connectedSinceNanos = context.environment().nanoTime();
      up.add(kind);
      if (up.size() == Lane.Kind.values().length) {
        counters.connected();
      }
      LOG.atInfo()
          .addKeyValue("remote-peer-id", Identity.hex(identity.to()))
          .addKeyValue("lane", kind.text())
          .addKeyValue("url", url)
          .log("established a stream to a peer");
    }

    @Override
    public void broken(Lane.Kind kind, String url, Status why, boolean lost) {
      String now = why.getCode() + ": " + why.getDescription();
      // once per cause: an absent member is tried every two seconds, for days
      if (!now.equals(problem)) {
        problem = now;
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(identity.to()))
            .addKeyValue("lane", kind.text())
            .addKeyValue("url", url)
            .addKeyValue("error", now)
            .log("lost the stream to a peer; it is tried again until it comes back");
      }
      if (Admission.isRemoval(why)) {
        context.receiver().removed();
      }
      up.remove(kind);
      counters.unconnected();
      if (lost) {
        counters.sentFailures.increment();
        context.receiver().unreachable(identity.to());
      }
      if (reached && up.isEmpty() && isRefused(why)) {
        reached = false; // told once
        context.receiver().gone(identity.to());
      }
    }

    /** Whether the host is there and nobody listens. By the text: time-outs have the same class. */
    private static boolean isRefused(Status why) {
      return why.getCause() instanceof ConnectException failure
          && String.valueOf(failure.getMessage()).startsWith("Connection refused");
    }

    @Override
    public void answered(RaftAck ack, long nowNanos) {
      roundTripNanos = nowNanos - ack.getSentAtNanos();
      counters.roundTrip.recordNanos(roundTripNanos);
      long half = TimeUnit.NANOSECONDS.toMillis(roundTripNanos) / 2;
      clockDifferenceMillis =
          ack.getWallClockMillis() - (context.environment().wallMillis() - half);
      boolean far = Math.abs(clockDifferenceMillis) > CLOCK_TOLERANCE_MILLIS + half;
      if (far && !clockWarned) {
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(identity.to()))
            .addKeyValue("clock-drift-ms", clockDifferenceMillis)
            .log("prober found high clock drift");
      }
      clockWarned = far;
    }
  }
}
