package dev.keelson.node.peer;

import com.google.protobuf.ByteString;
import dev.keelson.proto.peer.PeerGrpc;
import dev.keelson.proto.peer.SnapshotProgressRequest;
import dev.keelson.proto.peer.SnapshotResult;
import dev.keelson.raft.Message;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends snapshots: one to each member at a time, on a connection of its own, at a limited rate, and
 * after a broken connection from where the receiver says. Memory: one chunk per transfer, beside
 * what gRPC has in flight.
 *
 * <p>However a transfer ends, the receiver of {@link Receiver#snapshotSent} is told, once.
 */
final class SnapshotSender {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);
  private static final int CHUNK_BYTES = 256 << 10;
  private static final int FRUITLESS_MAX = 5;
  private static final int SPOILED_MAX = 2;
  private static final long PAUSE_MILLIS = 100;

  /** Consensus asks again as soon as it hears of a failure. */
  private static final long FAILURE_PAUSE_MILLIS = 1000;

  private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final PeerContext context;
  private final EventLoopGroup loops;
  private final Checkpoints checkpoints;
  private final RateLimit limit;
  private final Map<Long, Transfer> transfers = new ConcurrentHashMap<>();
  private volatile boolean closed;

  SnapshotSender(PeerContext context, EventLoopGroup loops) {
    this.context = context;
    this.loops = loops;
    this.checkpoints = new Checkpoints(context.environment(), context.receiver().snapshots());
    this.limit =
        new RateLimit(context.settings().snapshotBytesPerSecond(), context.environment()::nanoTime);
  }

  /** Removes what an earlier process left. */
  static void prepare(SnapshotStore store) throws IOException {
    Directories.delete(store.directory());
    Files.createDirectories(store.directory());
  }

  /** Begins to send the state; if it is on its way already, its end answers this message too. */
  void send(Message.InstallSnapshot message, RemotePeer peer) {
    Transfer begun = new Transfer(message, peer);
    Transfer running = transfers.putIfAbsent(message.to(), begun);
    if (running != null) {
      running.message = message;
    } else {
      // reads files at the pace of the network, for minutes
      begun.thread = Thread.ofVirtual().name("snapshot-out").start(begun::run);
    }
  }

  void close() {
    closed = true;
    transfers
        .values()
        .forEach(
            transfer -> {
              Thread thread = transfer.thread;
              if (thread != null) {
                thread.interrupt();
              }
            });
  }

  private final class Transfer {
    private final RemotePeer peer;
    private final long to;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private final MessageDigest digest = Sha256.create();
    private volatile Message.InstallSnapshot message;
    private volatile @Nullable Thread thread;
    private long digested;
    private long offset;
    private long reportedNanos;

    Transfer(Message.InstallSnapshot message, RemotePeer peer) {
      this.message = message;
      this.peer = peer;
      this.to = message.to();
    }

    void run() {
      boolean success = false;
      try (Checkpoints.Lease lease = checkpoints.acquire(message.snapshot().index())) {
        success = transfer(lease.snapshot());
      } catch (IOException | RuntimeException e) {
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(to))
            .addKeyValue("error", String.valueOf(e))
            .log("cannot send a snapshot");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        ended(success);
      }
    }

    private void ended(boolean success) {
      try {
        if (!success && !closed) {
          Thread.sleep(FAILURE_PAUSE_MILLIS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      transfers.remove(to);
      context.receiver().snapshotSent(to, success);
    }

    /** Tries until it is there, or fruitless too often. */
    private boolean transfer(OutgoingSnapshot snapshot) throws InterruptedException {
      LOG.atInfo()
          .addKeyValue("remote-peer-id", Identity.hex(to))
          .addKeyValue("snapshot-index", snapshot.metadata().index())
          .addKeyValue("bytes", snapshot.sizeBytes())
          .log("sending a snapshot");
      long begun = context.environment().nanoTime();
      int fruitless = 0;
      int spoiled = 0;
      for (int attempt = 0; fruitless < FRUITLESS_MAX && !closed; attempt++) {
        long before = offset;
        try {
          SnapshotResult result = attempt(snapshot, attempt);
          switch (result.getOutcome()) {
            case INSTALLED, NOT_NEEDED -> {
              LOG.atInfo()
                  .addKeyValue("remote-peer-id", Identity.hex(to))
                  .addKeyValue("snapshot-index", snapshot.metadata().index())
                  .addKeyValue("outcome", result.getOutcome())
                  .addKeyValue("attempts", attempt + 1)
                  .addKeyValue("took-ms", (context.environment().nanoTime() - begun) / 1_000_000)
                  .log("sent a snapshot");
              return true;
            }
            case CORRUPT -> {
              log(result.getOutcome() + ": " + result.getDetail());
              if (result.getNextOffset() == 0 && ++spoiled == SPOILED_MAX) {
                return false;
              }
            }
            default -> {
              log(result.getOutcome() + ": " + result.getDetail());
              return false;
            }
          }
        } catch (IOException | RuntimeException e) {
          log(String.valueOf(e.getMessage()));
        }
        fruitless = offset > before ? 0 : fruitless + 1;
        if (fruitless < FRUITLESS_MAX) {
          Thread.sleep(PAUSE_MILLIS << fruitless);
        }
      }
      return false;
    }

    private void log(String problem) {
      LOG.atWarn()
          .addKeyValue("remote-peer-id", Identity.hex(to))
          .addKeyValue("offset", offset)
          .addKeyValue("error", problem)
          .log("a snapshot did not get through");
    }

    private SnapshotResult attempt(OutgoingSnapshot snapshot, int attempt)
        throws IOException, InterruptedException {
      List<String> urls = peer.urls();
      ManagedChannel channel = context.dialer().dial(urls.get(attempt % urls.size()), loops.next());
      try {
        offset = attempt == 0 ? 0 : progress(channel, snapshot);
        SnapshotStream stream =
            new SnapshotStream(
                channel, peer.identity().toMetadata(), snapshot.header(message.term()));
        try (OutgoingSnapshot.Content content = snapshot.open()) {
          while (offset < snapshot.sizeBytes() && stream.awaitReady()) {
            sendChunk(snapshot, content, stream);
          }
          if (offset == snapshot.sizeBytes() && stream.awaitReady()) {
            stream.finish(((MessageDigest) digest.clone()).digest());
          }
          return stream.awaitResult();
        } catch (CloneNotSupportedException e) {
          throw new IllegalStateException("the platform's SHA-256 can be copied", e);
        } finally {
          stream.cancel();
        }
      } finally {
        channel.shutdownNow();
      }
    }

    private void sendChunk(
        OutgoingSnapshot snapshot, OutgoingSnapshot.Content content, SnapshotStream stream)
        throws IOException, InterruptedException {
      chunk.clear();
      chunk.limit((int) Math.min(CHUNK_BYTES, snapshot.sizeBytes() - offset));
      content.read(offset, chunk);
      chunk.flip();
      // a repeated part was digested the first time
      int known = (int) Math.min(chunk.limit(), Math.max(0, digested - offset));
      digest.update(chunk.array(), known, chunk.limit() - known);
      digested = Math.max(digested, offset + chunk.limit());
      long wait = limit.take(chunk.limit());
      if (wait > 0) {
        TimeUnit.NANOSECONDS.sleep(wait);
      }
      stream.send(offset, chunk);
      offset += chunk.limit();
      long now = context.environment().nanoTime();
      if (now - reportedNanos > REPORT_NANOS) {
        reportedNanos = now;
        LOG.atInfo()
            .addKeyValue("remote-peer-id", Identity.hex(to))
            .addKeyValue("sent-bytes", offset)
            .addKeyValue("of-bytes", snapshot.sizeBytes())
            .log("a snapshot is on its way");
      }
    }

    /** Where the receiver wants to go on; never beyond what was sent to it. */
    private long progress(ManagedChannel channel, OutgoingSnapshot snapshot)
        throws IOException, InterruptedException {
      try {
        long next =
            RemotePeer.unary(
                    channel,
                    PeerGrpc.getSnapshotProgressMethod(),
                    SnapshotProgressRequest.newBuilder()
                        .setId(ByteString.copyFrom(snapshot.id()))
                        .build(),
                    peer.identity().toMetadata(),
                    context.settings().callTimeoutMillis())
                .get()
                .getNextOffset();
        return Math.clamp(next, 0, digested);
      } catch (ExecutionException e) {
        throw new IOException(e.getCause());
      }
    }
  }
}
