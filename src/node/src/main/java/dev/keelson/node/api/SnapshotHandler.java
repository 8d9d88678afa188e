package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.SnapshotRequest;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code etcdserverpb.Maintenance/Snapshot}: this member's state as a file of etcd. A part of it is
 * produced only when the client has room for it, and other reads get their turn in between. While
 * keys are being written it rests as long as it works: writes are to be as fast as without it, and
 * a snapshot may take longer.
 */
final class SnapshotHandler implements Methods.StreamHandler<SnapshotRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotHandler.class);

  /** How many messages are sent in one turn. */
  private static final int TURN_BLOBS = 8;

  /**
   * How much may wait for the client: several turns' worth, lest a thread is woken for every blob.
   */
  private static final int WAITING_BYTES = 1 << 20;

  private final ApiContext context;
  private final String storageVersion;
  private final Set<Stream> streams = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean stopped;

  /**
   * Creates the handler.
   *
   * @param storageVersion the version of the file's content
   */
  SnapshotHandler(ApiContext context, String storageVersion) {
    this.context = context;
    this.storageVersion = storageVersion;
  }

  @Override
  public ServerCall.Listener<SnapshotRequest> start(
      ServerCall<SnapshotRequest, Encoded> call, Permit.Source<SnapshotRequest> permits) {
    call.setOnReadyThreshold(WAITING_BYTES);
    call.request(1);
    return new Stream(call, permits);
  }

  /** Ends the streams, which hold views of the store. */
  void stop() {
    stopped = true;
    List.copyOf(streams).forEach(Stream::leave);
  }

  private final class Stream extends ServerCall.Listener<SnapshotRequest> {
    private final ServerCall<SnapshotRequest, Encoded> call;
    private final Permit.Source<SnapshotRequest> permits;
    private final AtomicBoolean running = new AtomicBoolean();
    private @Nullable SnapshotBlobs blobs;
    private volatile boolean begun;
    private volatile boolean over;
    private volatile boolean paused;
    private boolean ended;
    private long beganNanos;
    private long lastSeen;

    Stream(ServerCall<SnapshotRequest, Encoded> call, Permit.Source<SnapshotRequest> permits) {
      this.call = call;
      this.permits = permits;
    }

    @Override
    public void onHalfClose() {
      try {
        permits.now().admit(SnapshotRequest.getDefaultInstance());
      } catch (KvException e) {
        end(Statuses.of(e.error()));
        return;
      }
      streams.add(this);
      beganNanos = System.nanoTime();
      begun = true;
      if (stopped) {
        over = true;
      }
      schedule();
    }

    @Override
    public void onReady() {
      schedule();
    }

    @Override
    public void onCancel() {
      leave();
    }

    void leave() {
      over = true;
      schedule();
    }

    /**
     * At most one thread works for the stream at a time; whoever finds work while one does makes it
     * look again.
     */
    private void schedule() {
      if (begun && (over || !paused) && running.compareAndSet(false, true)) {
        try {
          context.scans().execute(this::work);
        } catch (RejectedExecutionException e) {
          over = true;
          work();
        }
      }
    }

    private void work() {
      long turnNanos = System.nanoTime();
      try {
        if (!over) {
          turn();
        }
      } catch (RuntimeException e) {
        LOG.error("a snapshot failed", e);
        end(Status.INTERNAL.withDescription("internal error: " + e));
      }
      boolean finished = over;
      if (finished) {
        release();
      }
      if (!finished && !paused && othersWrite()) {
        pause(System.nanoTime() - turnNanos);
      }
      running.set(false);
      if (!finished && (over || (!paused && call.isReady()))) {
        schedule();
      }
    }

    /** Whether anything was written since this was last asked. */
    private boolean othersWrite() {
      long before = lastSeen;
      lastSeen = context.state().store().log().currentRevision();
      return before != 0 && lastSeen != before;
    }

    /** Does a limited amount of work. */
    private void turn() {
      SnapshotBlobs source = blobs;
      if (source == null) {
        source =
            new SnapshotBlobs(
                context.state().store().views().acquire(), storageVersion, context.scans());
        blobs = source;
        call.sendHeaders(new Metadata());
      }
      for (int sent = 0; sent < TURN_BLOBS && call.isReady(); sent++) {
        Encoded message = source.next();
        if (message == null) {
          context.metrics().disk.backendSnapshot.recordNanos(System.nanoTime() - beganNanos);
          end(Status.OK);
          return;
        }
        call.sendMessage(message);
        long wait = context.snapshotRate().take(message.sizeBytes());
        if (wait > 0) {
          pause(wait);
          return;
        }
      }
    }

    /** A snapshot is to take time rather than processors, disk and network from others. */
    private void pause(long nanos) {
      paused = true;
      context
          .snapshotRate()
          .after(
              nanos,
              () -> {
                paused = false;
                schedule();
              });
    }

    private void end(Status status) {
      over = true;
      if (!ended && !call.isCancelled()) {
        ended = true;
        call.close(status, new Metadata());
      }
    }

    /** Lets go of the view; the client hears of it if it was not the one to end the call. */
    private void release() {
      end(Statuses.of(KvError.STOPPED));
      streams.remove(this);
      if (blobs != null) {
        blobs.close();
        blobs = null;
      }
    }
  }
}
