package dev.keelson.node.peer;

import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.proto.peer.RaftAck;
import dev.keelson.raft.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives consensus messages. What cannot be read, or comes twice, ends the stream it came by, and
 * nothing else.
 */
final class RaftStream implements ServerCallHandler<byte[], RaftAck> {
  private static final Logger LOG = LoggerFactory.getLogger(RaftStream.class);

  /** Batches that gRPC may hand over before the first has been looked at. */
  private static final int AHEAD = 4;

  private final PeerContext context;
  private final PeerTable peers;
  private final Map<String, Lock> lanes = new ConcurrentHashMap<>();

  /** The newest stream of one lane of one sender; its monitor orders what they deliver. */
  private static final class Lock {
    @Nullable Incoming newest;
  }

  RaftStream(PeerContext context, PeerTable peers) {
    this.context = context;
    this.peers = peers;
  }

  @Override
  public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], RaftAck> call, Metadata headers) {
    Identity identity = Identity.from(headers);
    String lane = headers.get(Identity.LANE);
    if (identity == null
        || !(Lane.Kind.CONTROL.text().equals(lane) || Lane.Kind.BULK.text().equals(lane))) {
      call.close(Status.INVALID_ARGUMENT.withDescription("no lane"), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    Lock lock = lanes.computeIfAbsent(lane + identity.from(), name -> new Lock());
    Incoming stream = new Incoming(call, identity.from(), lock);
    Incoming older;
    synchronized (lock) {
      older = lock.newest;
      lock.newest = stream;
    }
    if (older != null) {
      older.end(Status.ABORTED.withDescription("a newer stream of this lane has begun"));
    }
    peers.heardFrom(identity.from());
    call.sendHeaders(new Metadata());
    call.request(AHEAD);
    return stream;
  }

  private final class Incoming extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], RaftAck> call;
    private final long sender;
    private final NetworkMetrics.Peer counters;
    private final Lock lock;
    private long sequence;
    private volatile boolean ended;

    Incoming(ServerCall<byte[], RaftAck> call, long sender, Lock lock) {
      this.call = call;
      this.sender = sender;
      this.counters = context.receiver().metrics().peer(sender);
      this.lock = lock;
    }

    @Override
    public void onMessage(byte[] encoded) {
      if (ended) {
        return;
      }
      if (!peers.admission().isAdmitted(sender)) {
        end(peers.admission().refusal(sender));
        return;
      }
      counters.receivedBytes.add(encoded.length);
      Batch batch;
      try {
        batch = Batch.parse(encoded, sender, context.memberId());
        if (batch.sequence() != sequence + 1) {
          throw new MalformedMessageException(
              "batch " + batch.sequence() + " after batch " + sequence);
        }
      } catch (IOException e) {
        counters.receivedFailures.increment();
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(sender))
            .addKeyValue("error", e.getMessage())
            .log("dropped the stream of a peer that sends what cannot be read");
        end(Status.INVALID_ARGUMENT.withDescription(e.getMessage()));
        return;
      }
      sequence = batch.sequence();
      deliver(batch.messages());
      if (batch.sentAtNanos() != 0) {
        acknowledge(batch.sentAtNanos());
      }
      call.request(1);
    }

    /** Leaves it out for a sender that does not read: it will notice. */
    private synchronized void acknowledge(long sentAtNanos) {
      if (!ended && call.isReady()) {
        call.sendMessage(
            RaftAck.newBuilder()
                .setSequence(sequence)
                .setSentAtNanos(sentAtNanos)
                .setWallClockMillis(context.environment().wallMillis())
                .build());
      }
    }

    /** Not from an older stream once a newer one has begun: that would change the order. */
    private void deliver(List<Message> messages) {
      synchronized (lock) {
        if (lock.newest == this && !messages.isEmpty()) {
          context.receiver().received(messages);
        }
      }
    }

    @Override
    public void onHalfClose() {
      end(Status.OK);
    }

    @Override
    public void onCancel() {
      ended = true;
      synchronized (lock) {
        if (lock.newest == this) {
          lock.newest = null;
        }
      }
    }

    /** Any thread. */
    synchronized void end(Status status) {
      if (!ended) {
        ended = true;
        call.close(status, new Metadata());
      }
    }
  }
}
