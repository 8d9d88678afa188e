package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.txn.RangeChunks;
import dev.keelson.kv.txn.RequestChecks;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code etcdserverpb.KV/RangeStream}: one range in chunks of a frozen revision. A chunk is read
 * only when the client has room for it, so that a slow reader costs a cursor and no memory.
 */
final class RangeStreamHandler implements Methods.StreamHandler<RangeRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(RangeStreamHandler.class);

  private final ApiContext context;
  private final Headers headers;

  RangeStreamHandler(ApiContext context, Headers headers) {
    this.context = context;
    this.headers = headers;
  }

  @Override
  public ServerCall.Listener<RangeRequest> start(
      ServerCall<RangeRequest, Encoded> call, Permit.Source<RangeRequest> permits) {
    call.request(1);
    return new Stream(call, permits);
  }

  private final class Stream extends ServerCall.Listener<RangeRequest> {
    private final ServerCall<RangeRequest, Encoded> call;
    private final AtomicBoolean running = new AtomicBoolean();
    private final Permit.Source<RangeRequest> permits;
    private @Nullable RangeRequest request;
    private @Nullable Permit<RangeRequest> permit;
    private volatile @Nullable RangeChunks chunks;
    private volatile boolean begun;
    private volatile boolean over;

    Stream(ServerCall<RangeRequest, Encoded> call, Permit.Source<RangeRequest> permits) {
      this.call = call;
      this.permits = permits;
    }

    @Override
    public void onMessage(RangeRequest message) {
      request = message;
    }

    @Override
    public void onHalfClose() {
      RangeRequest complete = request;
      if (complete == null) {
        end(Status.INTERNAL.withDescription("no request message"));
        return;
      }
      try {
        RequestChecks.rangeStream(complete);
      } catch (KvException e) {
        end(Statuses.of(e.error()));
        return;
      }
      if (complete.getSerializable()) {
        begin(null);
      } else {
        context.barrier().await(Reply.currentLoop(), this::begin);
      }
    }

    private void begin(@Nullable KvError error) {
      if (error != null) {
        end(Statuses.of(error));
        return;
      }
      RangeRequest wanted = request;
      if (wanted == null) {
        return;
      }
      try {
        Permit<RangeRequest> own = permits.now();
        own.admit(wanted);
        permit = own;
      } catch (KvException e) {
        end(Statuses.of(e.error()));
        return;
      }
      begun = true;
      schedule();
    }

    @Override
    public void onReady() {
      schedule();
    }

    @Override
    public void onCancel() {
      over = true;
      schedule();
    }

    /**
     * At most one thread works for the stream at a time; whoever finds work while one does makes it
     * look again.
     */
    private void schedule() {
      if (begun && running.compareAndSet(false, true)) {
        context.scans().execute(this::work);
      }
    }

    private void work() {
      try {
        while (step()) {
          // as long as the client takes chunks
        }
      } finally {
        running.set(false);
      }
      if (over ? chunks != null : call.isReady()) {
        schedule();
      }
    }

    private boolean step() {
      RangeChunks source = chunks;
      if (over) {
        if (source != null) {
          source.close();
          chunks = null;
        }
        return false;
      }
      RangeRequest wanted = request;
      Permit<RangeRequest> admitted = permit;
      if (wanted == null || admitted == null || !call.isReady()) {
        return false;
      }
      try {
        if (source == null) {
          source =
              new RangeChunks(
                  context.state().store().views(), wanted, context.limits().requestBytesMax());
          chunks = source;
          call.sendHeaders(new Metadata());
        }
        RangeChunks.Chunk chunk = source.next();
        admitted.confirm();
        if (chunk.last() == null) {
          call.sendMessage(KvResponses.chunk(chunk.rows()));
          return true;
        }
        call.sendMessage(KvResponses.lastChunk(headers, chunk.last()));
        end(Status.OK);
      } catch (KvException e) {
        end(Statuses.of(e.error()));
      } catch (RuntimeException e) {
        LOG.error("a range that is streamed failed", e);
        end(Status.INTERNAL.withDescription("internal error: " + e));
      }
      return true;
    }

    private void end(Status status) {
      over = true;
      if (!call.isCancelled()) {
        call.close(status, new Metadata());
      }
    }
  }
}
