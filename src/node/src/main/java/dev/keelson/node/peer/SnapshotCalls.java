package dev.keelson.node.peer;

import com.google.protobuf.ByteString;
import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.proto.peer.SnapshotChunk;
import dev.keelson.proto.peer.SnapshotData;
import dev.keelson.proto.peer.SnapshotHeader;
import dev.keelson.proto.peer.SnapshotProgressRequest;
import dev.keelson.proto.peer.SnapshotProgressResponse;
import dev.keelson.proto.peer.SnapshotResult;
import dev.keelson.proto.peer.SnapshotResult.Outcome;
import dev.keelson.raft.Message;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives snapshots, one at a time: every chunk is checked and written before more is asked for,
 * the whole is checked and made durable, and then consensus is told. What has arrived stays for a
 * while when the stream breaks.
 */
final class SnapshotCalls implements ServerCallHandler<SnapshotChunk, SnapshotResult> {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotCalls.class);
  private static final int AHEAD = 4;
  private static final long STALLED_SECONDS = 30;
  private static final long FORGET_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private final PeerContext context;
  private final Object lock = new Object();
  private @Nullable IncomingSnapshot incoming;
  private @Nullable Transfer owner;
  private int directories;

  SnapshotCalls(PeerContext context) {
    this.context = context;
  }

  private SnapshotStore store() {
    return context.receiver().snapshots();
  }

  /** Where to go on. */
  CompletableFuture<SnapshotProgressResponse> progress(SnapshotProgressRequest request) {
    return CompletableFuture.supplyAsync(
        () -> {
          synchronized (lock) {
            IncomingSnapshot current = incoming;
            long next =
                current != null && current.id().equals(request.getId()) ? current.nextOffset() : 0;
            return SnapshotProgressResponse.newBuilder().setNextOffset(next).build();
          }
        },
        context.environment().pool());
  }

  @Override
  public ServerCall.Listener<SnapshotChunk> startCall(
      ServerCall<SnapshotChunk, SnapshotResult> call, Metadata headers) {
    Identity identity = Identity.from(headers);
    if (identity == null) {
      call.close(Status.INVALID_ARGUMENT, new Metadata());
      return new ServerCall.Listener<>() {};
    }
    Transfer transfer = new Transfer(call, identity.from());
    call.sendHeaders(new Metadata());
    call.request(AHEAD);
    // writes files at the disk's pace, for minutes: not for an event loop, nor for a thread of the
    // pool that reads wait for
    Thread.ofVirtual().name("snapshot-in").start(transfer::run);
    return transfer;
  }

  private final class Transfer extends ServerCall.Listener<SnapshotChunk> {
    private final ServerCall<SnapshotChunk, SnapshotResult> call;
    private final long sender;
    private final NetworkMetrics.Peer counters;
    private final BlockingQueue<SnapshotChunk> arrived = new LinkedBlockingQueue<>();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);
    private volatile boolean cancelled;

    Transfer(ServerCall<SnapshotChunk, SnapshotResult> call, long sender) {
      this.call = call;
      this.sender = sender;
      this.counters = context.receiver().metrics().peer(sender);
    }

    @Override
    public void onMessage(SnapshotChunk chunk) {
      arrived.add(chunk);
    }

    @Override
    public void onHalfClose() {
      arrived.add(SnapshotChunk.getDefaultInstance());
    }

    @Override
    public void onCancel() {
      cancelled = true;
      arrived.add(SnapshotChunk.getDefaultInstance());
    }

    void run() {
      long begun = context.environment().nanoTime();
      boolean installed = false;
      counters.snapshotReceptions.increment();
      try {
        SnapshotResult result = receive();
        installed = result.getOutcome() == Outcome.INSTALLED;
        if (!cancelled) {
          call.sendMessage(result);
          call.close(Status.OK, new Metadata());
        }
      } catch (MalformedMessageException e) {
        refuse(Status.INVALID_ARGUMENT.withDescription(e.getMessage()), e);
      } catch (IOException | RuntimeException e) {
        refuse(Status.UNAVAILABLE.withDescription(e.getMessage()), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
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
    }

    private void refuse(Status status, Exception e) {
      if (!cancelled) {
        LOG.atWarn()
            .addKeyValue("remote-peer-id", Identity.hex(sender))
            .addKeyValue("error", String.valueOf(e.getMessage()))
            .log("dropped the snapshot of a peer");
        call.close(status, new Metadata());
      }
    }

    private SnapshotResult receive() throws IOException, InterruptedException {
      SnapshotChunk first = next();
      if (!first.hasHeader()) {
        throw new MalformedMessageException("a snapshot begins with its header");
      }
      SnapshotResult refusal = begin(first.getHeader());
      if (refusal != null) {
        return refusal;
      }
      while (true) {
        SnapshotChunk chunk = next();
        if (chunk.hasData()) {
          SnapshotResult failure = write(chunk.getData());
          if (failure != null) {
            return failure;
          }
        } else if (chunk.hasEnd()) {
          return finish(chunk.getEnd().getCrc32C());
        } else {
          throw new MalformedMessageException("a snapshot of several headers, or without an end");
        }
      }
    }

    private SnapshotChunk next() throws IOException, InterruptedException {
      SnapshotChunk chunk = arrived.poll(STALLED_SECONDS, TimeUnit.SECONDS);
      if (chunk == null || cancelled) {
        throw new IOException("the stream of a snapshot broke");
      }
      call.request(1);
      return chunk;
    }

    /** A refusal, or null if data may come. */
    private @Nullable SnapshotResult begin(SnapshotHeader header) throws IOException {
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
          return null;
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
        return null;
      }
    }

    private @Nullable SnapshotResult write(SnapshotData data) throws IOException {
      ByteBuffer bytes = direct(data.getData());
      CRC32C crc = new CRC32C();
      crc.update(bytes.duplicate());
      synchronized (lock) {
        IncomingSnapshot current = own();
        if (data.getOffset() != current.nextOffset() || (int) crc.getValue() != data.getCrc32C()) {
          return result(
              Outcome.CORRUPT,
              current.nextOffset(),
              "chunk at %d of %d bytes".formatted(data.getOffset(), bytes.remaining()));
        }
        try {
          current.append(bytes);
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

    /** The bytes where checksums and files take them without another copy, until the next call. */
    private ByteBuffer direct(ByteString data) {
      if (buffer.capacity() < data.size()) {
        buffer = ByteBuffer.allocateDirect(data.size());
      }
      buffer.clear();
      data.copyTo(buffer);
      return buffer.flip();
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

    /** The snapshot on its way, if it is still this stream's. */
    private IncomingSnapshot own() throws IOException {
      IncomingSnapshot current = incoming;
      if (owner != this || current == null) {
        throw new IOException("another stream goes on with this snapshot");
      }
      return current;
    }

    private void drop(IncomingSnapshot current) throws IOException {
      incoming = null;
      current.discard();
    }

    /** Leaves what has arrived to the next stream, for a while. */
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
