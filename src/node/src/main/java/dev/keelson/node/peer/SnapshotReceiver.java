package dev.keelson.node.peer;

import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.proto.peer.SnapshotHeader;
import dev.keelson.proto.peer.SnapshotOpening;
import dev.keelson.proto.peer.SnapshotResult;
import dev.keelson.proto.peer.SnapshotResult.Outcome;
import dev.keelson.raft.Message;
import io.grpc.Status;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives snapshots, one at a time: every piece is checked and written before the next is looked
 * at, the whole is checked and made durable, and then consensus is told. What has arrived stays for
 * a while when the connection breaks.
 */
final class SnapshotReceiver {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotReceiver.class);

  /** For the sender to read the result and to close. */
  private static final long PARTING_MILLIS = 5000;

  private static final long FORGET_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private final PeerContext context;
  private final Admission admission;
  private final Object lock = new Object();
  private @Nullable IncomingSnapshot incoming;
  private @Nullable Reception owner;
  private int directories;

  SnapshotReceiver(PeerContext context, Admission admission) {
    this.context = context;
    this.admission = admission;
  }

  private SnapshotStore store() {
    return context.receiver().snapshots();
  }

  /** What serves a connection that begins like one for a snapshot. */
  ByteLink accept(Channel channel) {
    ByteLink link = new ByteLink(channel);
    Reception reception = new Reception(link);
    // writes files at the disk's pace, for minutes: not for an event loop, nor for a thread of the
    // pool that reads wait for, and a virtual one would pay for each of its thousands of pauses
    Thread.ofPlatform().daemon().name("snapshot-in").start(reception::run);
    return link;
  }

  /** One connection. */
  private final class Reception {
    private final ByteLink link;
    private final SnapshotFrames frames;
    private long sender;

    Reception(ByteLink link) {
      this.link = link;
      this.frames = new SnapshotFrames(link);
    }

    void run() {
      try (link) {
        SnapshotOpening opening = frames.opening();
        Identity identity =
            new Identity(opening.getClusterId(), opening.getFrom(), opening.getTo());
        Status refusal =
            admission.judge(identity, opening.getPeerUrlsList(), link.channel().remoteAddress());
        if (refusal == null) {
          sender = identity.from();
          counted(opening.getHeader());
        } else {
          end(result(Outcome.REFUSED, 0, String.valueOf(refusal.getDescription())));
        }
      } catch (IOException | RuntimeException e) {
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(sender))
            .addKeyValue("error", String.valueOf(e.getMessage()))
            .log("dropped the snapshot of a peer");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void end(SnapshotResult result) throws InterruptedException {
      frames.send(result);
      link.awaitEnd(PARTING_MILLIS);
    }

    private void counted(SnapshotHeader header) throws IOException, InterruptedException {
      NetworkMetrics.Peer counters = context.receiver().metrics().peer(sender);
      long begun = context.environment().nanoTime();
      boolean installed = false;
      counters.snapshotReceptions.increment();
      SnapshotResult result;
      try {
        result = receive(header);
        installed = result.getOutcome() == Outcome.INSTALLED;
      } finally {
        letGo();
        counters.snapshotReceptions.decrement();
        if (installed) {
          counters.snapshotsReceived.increment();
          counters.snapshotReceive.recordNanos(context.environment().nanoTime() - begun);
        } else {
          counters.snapshotReceiveFailures.increment();
        }
      }
      end(result);
    }

    private SnapshotResult receive(SnapshotHeader header) throws IOException, InterruptedException {
      SnapshotResult first = begin(header);
      if (first.getOutcome() != Outcome.GO_ON) {
        return first;
      }
      frames.send(first);
      while (true) {
        SnapshotFrames.Frame frame = frames.content();
        if (frame.isEnd()) {
          return finish(frame.crc32c());
        }
        SnapshotResult failure = write(frame);
        if (failure != null) {
          return failure;
        }
      }
    }

    /** Where to go on, or why not. */
    private SnapshotResult begin(SnapshotHeader header) throws IOException {
      if (header.getFormat() != OutgoingSnapshot.FORMAT) {
        return result(Outcome.UNSUPPORTED_FORMAT, 0, "format " + header.getFormat());
      }
      if (!store().needs(header.getIndex())) {
        return result(Outcome.NOT_NEEDED, 0, "");
      }
      synchronized (lock) {
        IncomingSnapshot before = incoming;
        if (owner != null && owner.sender != sender) {
          return result(Outcome.TRY_LATER, 0, "another snapshot is on its way");
        }
        owner = this;
        if (before != null && before.id().equals(header.getId())) {
          return result(Outcome.GO_ON, before.nextOffset(), "");
        }
        if (before != null) {
          incoming = null;
          before.discard();
        }
        IncomingSnapshot begun =
            new IncomingSnapshot(header, store().directory().resolve("in-" + ++directories));
        incoming = begun;
        LOG.atInfo()
            .addKeyValue("remote-peer-id", Identity.hex(sender))
            .addKeyValue("snapshot-index", header.getIndex())
            .addKeyValue("bytes", begun.sizeBytes())
            .log("receiving a snapshot");
        return result(Outcome.GO_ON, 0, "");
      }
    }

    /** What went wrong; null if nothing did. */
    private @Nullable SnapshotResult write(SnapshotFrames.Frame frame) throws IOException {
      boolean sound = frame.isSound();
      synchronized (lock) {
        IncomingSnapshot current = own();
        if (!sound) {
          return result(
              Outcome.CORRUPT,
              current.nextOffset(),
              "%d bytes at %d".formatted(frame.payload().remaining(), current.nextOffset()));
        }
        try {
          current.append(frame.payload());
          return null;
        } catch (IOException e) {
          drop(current);
          if (e instanceof MalformedMessageException) {
            throw e;
          }
          return result(Outcome.TRY_LATER, 0, e.toString());
        }
      }
    }

    private SnapshotResult finish(int crc32c) throws IOException {
      synchronized (lock) {
        IncomingSnapshot current = own();
        if (current.nextOffset() != current.sizeBytes()) {
          return result(Outcome.CORRUPT, current.nextOffset(), "ends early");
        }
        if (!current.complete(crc32c)) {
          drop(current);
          return result(Outcome.CORRUPT, 0, "CRC-32C of the whole");
        }
        incoming = null;
        store().arrived(current.directory(), current.metadata());
        LOG.atInfo()
            .addKeyValue("remote-peer-id", Identity.hex(sender))
            .addKeyValue("snapshot-index", current.metadata().index())
            .addKeyValue("bytes", current.sizeBytes())
            .log("received and verified a snapshot");
        context
            .receiver()
            .received(
                List.of(
                    new Message.InstallSnapshot(
                        sender,
                        context.memberId(),
                        current.header().getSenderTerm(),
                        current.metadata())));
        return result(Outcome.INSTALLED, current.sizeBytes(), "");
      }
    }

    /** The snapshot on its way, if it is still this connection's. */
    private IncomingSnapshot own() throws IOException {
      IncomingSnapshot current = incoming;
      if (owner != this || current == null) {
        throw new IOException("another connection goes on with this snapshot");
      }
      return current;
    }

    private void drop(IncomingSnapshot current) throws IOException {
      incoming = null;
      current.discard();
    }

    /** Leaves what has arrived to the next connection, for a while. */
    private void letGo() {
      synchronized (lock) {
        if (owner != this) {
          return;
        }
        owner = null;
        IncomingSnapshot left = incoming;
        if (left != null) {
          var _ =
              context
                  .environment()
                  .after(
                      FORGET_MILLIS,
                      () -> context.environment().pool().execute(() -> forget(left)));
        }
      }
    }

    private void forget(IncomingSnapshot left) {
      synchronized (lock) {
        if (incoming == left && owner == null) {
          try {
            drop(left);
          } catch (IOException e) {
            LOG.warn("cannot remove {}", left.directory(), e);
          }
        }
      }
    }

    private static SnapshotResult result(Outcome outcome, long next, String detail) {
      return SnapshotResult.newBuilder()
          .setOutcome(outcome)
          .setNextOffset(next)
          .setDetail(detail)
          .build();
    }
  }
}
