package dev.keelson.node.peer;

import dev.keelson.node.env.Cancellable;
import dev.keelson.proto.peer.RaftAck;
import dev.keelson.raft.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream of messages to one member, on a connection of its own, kept up for good: when it
 * breaks, what waits is dropped, and the next URL is tried after a pause.
 *
 * <p>Messages are batched by what gathers while the event loop is busy, and the connection's flow
 * control holds them back. Once a second a batch asks for an acknowledgement; a connection that
 * stays silent for the read timeout is given up, whether it is cut somewhere on the way or its
 * reader does not get on.
 *
 * <p>{@link #offer} and {@link #flush} are for any thread, the rest runs on the event loop.
 */
final class Lane {
  /** What a lane is for: heartbeats and votes never wait behind entries. */
  enum Kind {
    CONTROL,
    BULK;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Told what becomes of a lane; on its event loop. */
  interface Observer {
    void connected(Kind kind, String url);

    /**
     * The stream has ended, or could not begin.
     *
     * @param lost whether messages may have been lost
     */
    void broken(Kind kind, String url, Status why, boolean lost);

    void answered(RaftAck ack, long nowNanos);
  }

  private final Kind kind;
  private final PeerContext context;
  private final Identity identity;
  private final EventLoop loop;
  private final Observer observer;
  private final LaneQueue queue;
  private final ClientStreamTracer.Factory sentBytes;
  private final Backoff backoff;
  private final AtomicBoolean flushing = new AtomicBoolean();
  private final AtomicLong sent = new AtomicLong();
  private volatile @Nullable ManagedChannel channel;
  private volatile boolean connected;
  private @Nullable ClientCall<Batch, RaftAck> call;
  private @Nullable Cancellable reconnect;
  private List<String> urls;
  private String url = "";
  private int attempts;
  private long sentBeforeCall;
  private long sequence;
  private boolean probeDue;
  private boolean probing;
  private long probingSinceNanos;
  private boolean closed;

  Lane(
      Kind kind,
      PeerContext context,
      Identity identity,
      EventLoop loop,
      List<String> urls,
      Observer observer) {
    this.kind = kind;
    this.context = context;
    this.identity = identity;
    this.loop = loop;
    this.urls = urls;
    this.observer = observer;
    PeerSettings settings = context.settings();
    queue = new LaneQueue(settings);
    sentBytes = new SentBytes(context.receiver().metrics().peer(identity.to()).sentBytes);
    backoff =
        new Backoff(
            settings.backoffMinMillis(),
            settings.backoffMaxMillis(),
            context.environment().random());
  }

  /** Adds a message for the next {@link #flush}; false if it is dropped. */
  boolean offer(Message message) {
    return queue.offer(message);
  }

  /** Sends what was added, soon. */
  void flush() {
    if (!flushing.get() && flushing.compareAndSet(false, true)) {
      loop.execute(this::send);
    }
  }

  /** The connection for other calls; null while there is none. Any thread. */
  @Nullable ManagedChannel connection() {
    return connected ? channel : null;
  }

  boolean isConnected() {
    return connected;
  }

  /** Messages handed to a connection so far. Any thread. */
  long sentMessages() {
    return sent.get();
  }

  void start() {
    loop.execute(this::connect);
  }

  void setUrls(List<String> changed) {
    loop.execute(
        () -> {
          if (!changed.equals(urls)) {
            urls = changed;
            attempts = 0;
            backoff.reset();
            if (call == null) {
              connect();
            } else if (!changed.contains(url)) {
              end(Status.CANCELLED.withDescription("the member has other peer URLs now"));
            }
          }
        });
  }

  /** Makes the next attempt at once, if one is being waited for. Any thread. */
  void hurry() {
    loop.execute(
        () -> {
          if (call == null && reconnect != null) {
            backoff.reset();
            connect();
          }
        });
  }

  /** Asks for a sign of life, or gives up waiting for it. */
  void tick() {
    if (call == null) {
      return;
    }
    long now = context.environment().nanoTime();
    if (!probing) {
      probing = true;
      probingSinceNanos = now;
      probeDue = true;
      send();
    } else if (now - probingSinceNanos
        > TimeUnit.MILLISECONDS.toNanos(context.settings().readTimeoutMillis())) {
      end(
          Status.DEADLINE_EXCEEDED.withDescription(
              "no answer for " + context.settings().readTimeoutMillis() + " ms"));
    }
  }

  private void connect() {
    if (reconnect != null) {
      reconnect.cancel();
      reconnect = null;
    }
    if (closed || call != null || urls.isEmpty()) {
      return;
    }
    url = urls.get(attempts++ % urls.size());
    sequence = 0;
    sentBeforeCall = sent.get();
    probing = false;
    probeDue = false;
    try {
      ManagedChannel dialled = context.dialer().dial(url, loop);
      channel = dialled;
      ClientCall<Batch, RaftAck> started =
          dialled.newCall(
              PeerMethods.SEND,
              CallOptions.DEFAULT.withExecutor(loop).withStreamTracerFactory(sentBytes));
      call = started;
      queue.open();
      Metadata headers = identity.toMetadata();
      headers.put(Identity.LANE, kind.text());
      headers.put(Identity.URLS, String.join(",", context.ownUrls()));
      started.start(new Acks(started), headers);
      started.request(1);
      tick();
    } catch (RuntimeException e) {
      broken(Status.UNAVAILABLE.withDescription(e.getMessage()).withCause(e));
    }
  }

  private void send() {
    flushing.set(false);
    ClientCall<Batch, RaftAck> current = call;
    while (current != null && current == call && current.isReady()) {
      List<Message> messages = queue.take();
      if (messages.isEmpty() && !probeDue) {
        return;
      }
      long sentAt = 0;
      if (probeDue) {
        probeDue = false;
        long now = context.environment().nanoTime();
        sentAt = now == 0 ? 1 : now;
      }
      current.sendMessage(new Batch(messages, ++sequence, sentAt));
      sent.addAndGet(messages.size());
    }
  }

  /** Gives the connection up from this side. */
  private void end(Status why) {
    ClientCall<Batch, RaftAck> current = call;
    if (current != null) {
      broken(why);
      current.cancel(why.getDescription(), null);
    }
  }

  private void broken(Status why) {
    boolean wasConnected = connected;
    call = null;
    connected = false;
    ManagedChannel old = channel;
    channel = null;
    if (old != null) {
      old.shutdownNow();
    }
    int dropped = queue.shut();
    if (closed) {
      return;
    }
    // what was sent before the other side answered may have got lost too
    boolean lost = wasConnected || dropped > 0 || sent.get() > sentBeforeCall;
    observer.broken(kind, url, why, lost);
    reconnect = context.environment().after(backoff.next(), () -> loop.execute(this::connect));
  }

  void close() {
    loop.execute(
        () -> {
          closed = true;
          if (reconnect != null) {
            reconnect.cancel();
          }
          end(Status.CANCELLED.withDescription("closed"));
        });
  }

  private final class Acks extends ClientCall.Listener<RaftAck> {
    private final ClientCall<Batch, RaftAck> own;

    Acks(ClientCall<Batch, RaftAck> own) {
      this.own = own;
    }

    @Override
    public void onHeaders(Metadata headers) {
      if (own == call) {
        backoff.reset();
        observer.connected(kind, url);
        connected = true;
      }
    }

    @Override
    public void onReady() {
      if (own == call) {
        send();
      }
    }

    @Override
    public void onMessage(RaftAck ack) {
      if (own == call) {
        probing = false;
        observer.answered(ack, context.environment().nanoTime());
        own.request(1);
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (own == call) {
        broken(status);
      }
    }
  }
}
