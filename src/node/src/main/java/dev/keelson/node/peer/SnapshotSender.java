package dev.keelson.node.peer;

import dev.keelson.node.env.Cancellable;
import dev.keelson.node.env.RateLimit;
import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.proto.peer.SnapshotOpening;
import dev.keelson.proto.peer.SnapshotResult;
import dev.keelson.raft.Message;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends snapshots: one to each member at a time, on a connection of its own, at a limited rate, and
 * from where the receiver says. Memory: one piece per transfer, beside what a {@link ByteLink} has
 * on its way.
 *
 * <p>However a transfer ends, the receiver of {@link Receiver#snapshotSent} is told, once.
 */
final class SnapshotSender {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotSender.class);
  private static final int FRUITLESS_MAX = 5;
  private static final int SPOILED_MAX = 2;

  /** Consensus asks again as soon as it hears of a failure. */
  private static final long FAILURE_PAUSE_MILLIS = 1000;

  /** The receiver's sync of everything is within its last answer. */
  private static final long RESULT_MILLIS = 300_000;

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
    this.limit = new RateLimit(context.settings().snapshotBytesPerSecond(), context.environment());
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
      begun.counters.snapshotSends.increment();
      begun.attempt();
    }
  }

  /** A member has begun to send: what waits to be tried again is tried now. Any thread. */
  void heardFrom(long id) {
    Transfer transfer = transfers.get(id);
    if (transfer != null) {
      transfer.heard();
    }
  }

  void close() {
    closed = true;
    transfers.values().forEach(Transfer::stop);
  }

  /** What an attempt came to. */
  private enum Verdict {
    SENT,
    AGAIN,
    FAILED
  }

  /** Attempts one after the other, each on a thread of its own; timers wait in between. */
  private final class Transfer {
    private final RemotePeer peer;
    private final long to;
    private final NetworkMetrics.Peer counters;
    private final long begunNanos = context.environment().nanoTime();
    private final CRC32C checksum = new CRC32C();
    private volatile Message.InstallSnapshot message;
    private @Nullable Thread thread; // guarded by this
    private @Nullable Cancellable pause; // guarded by this
    private boolean retrying; // guarded by this: the pause ends with another attempt
    private boolean heardMeanwhile; // guarded by this: since the last attempt began
    private Checkpoints.@Nullable Lease lease;
    private int attempts;
    private int fruitless;
    private int spoiled;
    private long summed;
    private long offset;
    private long reportedNanos;

    Transfer(Message.InstallSnapshot message, RemotePeer peer) {
      this.message = message;
      this.peer = peer;
      this.to = message.to();
      this.counters = context.receiver().metrics().peer(to);
    }

    /** Begins an attempt; it reads files at the pace of the network, for minutes. */
    synchronized void attempt() {
      pause = null;
      retrying = false;
      heardMeanwhile = false;
      thread = Thread.ofPlatform().daemon().name("snapshot-out").start(this::run);
    }

    private void run() {
      Verdict verdict;
      try {
        verdict = transfer(begin());
      } catch (IOException | RuntimeException e) {
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(to))
            .addKeyValue("error", String.valueOf(e))
            .log("cannot send a snapshot");
        verdict = Verdict.FAILED;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        verdict = Verdict.FAILED;
      }
      switch (verdict) {
        case SENT -> ended(true);
        case AGAIN -> again();
        case FAILED -> {
          release();
          after(FAILURE_PAUSE_MILLIS, () -> ended(false));
        }
      }
    }

    /**
     * Waits until it is worth another attempt. A member that was just added is sent the state while
     * it still starts; it makes itself heard when it can take it.
     */
    private void again() {
      boolean now;
      int retry;
      synchronized (this) {
        now = heardMeanwhile;
        retrying = true;
        retry = attempts;
      }
      after(now ? 0 : context.settings().backoffMinMillis() << (fruitless + 1), () -> retry(retry));
    }

    /** Begins the attempt that waits after {@code done} others, unless it has begun already. */
    private synchronized void retry(int done) {
      if (retrying && attempts == done) {
        attempt();
      }
    }

    synchronized void heard() {
      heardMeanwhile = true;
      if (retrying && pause != null) {
        pause.cancel();
        attempt();
      }
    }

    private void after(long millis, Runnable next) {
      synchronized (this) {
        thread = null;
        if (!closed) {
          pause = context.environment().after(millis, next);
          return;
        }
      }
      ended(false);
    }

    void stop() {
      Cancellable paused;
      synchronized (this) {
        if (thread != null) {
          thread.interrupt();
        }
        paused = pause;
        pause = null;
      }
      if (paused != null) {
        paused.cancel();
        ended(false);
      }
    }

    private void ended(boolean success) {
      release();
      if (transfers.remove(to, this)) {
        counters.snapshotSends.decrement();
        (success ? counters.snapshotsSent : counters.snapshotSendFailures).increment();
        if (success) {
          counters.snapshotSend.recordNanos(context.environment().nanoTime() - begunNanos);
        }
        context.receiver().snapshotSent(to, success);
      }
    }

    private void release() {
      Checkpoints.Lease held = lease;
      lease = null;
      if (held != null) {
        held.close();
      }
    }

    private OutgoingSnapshot begin() throws IOException {
      Checkpoints.Lease held = lease;
      if (held == null) {
        held = checkpoints.acquire(message.snapshot().index());
        lease = held;
        LOG.atInfo()
            .addKeyValue("remote-peer-id", Identity.hex(to))
            .addKeyValue("snapshot-index", held.snapshot().metadata().index())
            .addKeyValue("bytes", held.snapshot().sizeBytes())
            .log("sending database snapshot");
      }
      return held.snapshot();
    }

    /** One attempt; the next one follows unless too many were fruitless. */
    private Verdict transfer(OutgoingSnapshot snapshot) throws InterruptedException {
      long before = offset;
      try {
        SnapshotResult result = send(snapshot, attempts++);
        switch (result.getOutcome()) {
          case INSTALLED, NOT_NEEDED -> {
            LOG.atInfo()
                .addKeyValue("remote-peer-id", Identity.hex(to))
                .addKeyValue("snapshot-index", snapshot.metadata().index())
                .addKeyValue("outcome", result.getOutcome())
                .addKeyValue("attempts", attempts)
                .addKeyValue("took-ms", (context.environment().nanoTime() - begunNanos) / 1_000_000)
                .log("sent database snapshot");
            return Verdict.SENT;
          }
          case CORRUPT -> {
            log(result.getOutcome() + ": " + result.getDetail());
            if (result.getNextOffset() == 0 && ++spoiled == SPOILED_MAX) {
              return Verdict.FAILED;
            }
          }
          default -> {
            log(result.getOutcome() + ": " + result.getDetail());
            return Verdict.FAILED;
          }
        }
      } catch (IOException | RuntimeException e) {
        log(String.valueOf(e.getMessage()));
      }
      fruitless = offset > before ? 0 : fruitless + 1;
      return fruitless < FRUITLESS_MAX && !closed ? Verdict.AGAIN : Verdict.FAILED;
    }

    private void log(String problem) {
      LOG.atWarn()
          .addKeyValue("remote-peer-id", Identity.hex(to))
          .addKeyValue("offset", offset)
          .addKeyValue("error", problem)
          .log("a snapshot did not get through");
    }

    private SnapshotResult send(OutgoingSnapshot snapshot, int attempt)
        throws IOException, InterruptedException {
      List<String> urls = peer.urls();
      try (ByteLink link =
              context.dialer().connect(urls.get(attempt % urls.size()), loops.next().next());
          OutgoingSnapshot.Content content = snapshot.open()) {
        SnapshotFrames frames = new SnapshotFrames(link);
        frames.open(opening(snapshot));
        SnapshotResult answer = frames.result(SnapshotFrames.STALLED_MILLIS);
        if (answer.getOutcome() != SnapshotResult.Outcome.GO_ON) {
          return answer;
        }
        offset = Math.clamp(answer.getNextOffset(), 0, snapshot.sizeBytes());
        catchUp(content);
        while (offset < snapshot.sizeBytes() && link.awaitWritable(SnapshotFrames.STALLED_MILLIS)) {
          sendPiece(snapshot, content, frames);
        }
        if (offset == snapshot.sizeBytes()) {
          frames.finish((int) checksum.getValue());
        }
        return frames.result(RESULT_MILLIS);
      }
    }

    private SnapshotOpening opening(OutgoingSnapshot snapshot) {
      Identity identity = peer.identity();
      return SnapshotOpening.newBuilder()
          .setClusterId(identity.cluster())
          .setFrom(identity.from())
          .setTo(identity.to())
          .addAllPeerUrls(context.ownUrls())
          .setHeader(snapshot.header(message.term()))
          .build();
    }

    /** The checksum of what an earlier transfer of the same content brought to the receiver. */
    private void catchUp(OutgoingSnapshot.Content content) throws IOException {
      ByteBuffer known = ByteBuffer.allocate(SnapshotFrames.CHUNK_BYTES);
      while (summed < offset) {
        known.clear().limit((int) Math.min(known.capacity(), offset - summed));
        content.read(summed, known);
        summed += known.position();
        checksum.update(known.flip());
      }
    }

    private void sendPiece(
        OutgoingSnapshot snapshot, OutgoingSnapshot.Content content, SnapshotFrames frames)
        throws IOException, InterruptedException {
      int length = (int) Math.min(SnapshotFrames.CHUNK_BYTES, snapshot.sizeBytes() - offset);
      long wait = limit.take(length);
      if (wait > 0) {
        TimeUnit.NANOSECONDS.sleep(wait);
      }
      SnapshotFrames.Piece piece = frames.piece(length);
      try {
        content.read(offset, piece.content());
      } catch (IOException | RuntimeException e) {
        piece.discard();
        throw e;
      }
      // a repeated part was summed the first time
      int known = (int) Math.min(length, Math.max(0, summed - offset));
      checksum.update(piece.content().position(known).limit(length));
      summed = Math.max(summed, offset + length);
      piece.send();
      offset += length;
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
  }
}
