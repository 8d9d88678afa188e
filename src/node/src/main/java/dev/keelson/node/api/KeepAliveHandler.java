package dev.keelson.node.api;

import dev.keelson.kv.auth.KeyAccess;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.mvcc.View;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code etcdserverpb.Lease/LeaseKeepAlive}: one answer for each request, in order. A lease that
 * does not exist is answered with a time to live of 0, not with an error; one that has expired but
 * is still there waits until it is gone. Renewals are the leader's; other members pass them on.
 */
final class KeepAliveHandler implements Methods.StreamHandler<LeaseKeepAliveRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(KeepAliveHandler.class);
  private final ApiContext context;
  private final Headers headers;

  KeepAliveHandler(ApiContext context, Headers headers) {
    this.context = context;
    this.headers = headers;
  }

  @Override
  public ServerCall.Listener<LeaseKeepAliveRequest> start(
      ServerCall<LeaseKeepAliveRequest, Encoded> call,
      Permit.Source<LeaseKeepAliveRequest> permits) {
    call.sendHeaders(new Metadata());
    call.request(1);
    return new Stream(call, permits, Reply.currentLoop());
  }

  /**
   * The next request is asked for only when the last one has been answered, which keeps the order.
   */
  private final class Stream extends ServerCall.Listener<LeaseKeepAliveRequest> {
    private final ServerCall<LeaseKeepAliveRequest, Encoded> call;
    private final Permit.Source<LeaseKeepAliveRequest> permits;
    private final Executor executor;
    private boolean answering;
    private boolean halfClosed;

    Stream(
        ServerCall<LeaseKeepAliveRequest, Encoded> call,
        Permit.Source<LeaseKeepAliveRequest> permits,
        Executor executor) {
      this.call = call;
      this.permits = permits;
      this.executor = executor;
    }

    @Override
    public void onMessage(LeaseKeepAliveRequest request) {
      answering = true;
      long id = request.getID();
      try {
        KeyAccess access = permits.now().access(this::attachedKeys);
        if (access.unrestricted()) {
          admitted(id);
        } else {
          // the keys of the lease have to be looked at
          context.scans().execute(() -> admit(access, id));
        }
      } catch (KvException e) {
        close(Statuses.of(e.error()));
      }
    }

    private void admit(KeyAccess access, long id) {
      try {
        access.lease(id);
        executor.execute(() -> admitted(id));
      } catch (KvException e) {
        executor.execute(() -> close(Statuses.of(e.error())));
      } catch (RuntimeException e) {
        LOG.error("the keys of lease {} cannot be read", id, e);
        executor.execute(() -> close(Status.INTERNAL.withDescription("internal error: " + e)));
      }
    }

    private List<byte[]> attachedKeys(long lease) {
      try (View view = context.state().store().views().acquire()) {
        return Leases.attachedKeys(view.reader(), lease);
      }
    }

    private void admitted(long id) {
      WireWriter header = headers.wire(headers.revision().getAsLong());
      CompletableFuture<Long> renewal = context.leases().renew(id);
      Long done = renewal.isCompletedExceptionally() ? null : renewal.getNow(null);
      if (done != null) {
        answer(id, header, done);
      } else {
        var _ =
            renewal.whenComplete(
                (ttl, failure) -> executor.execute(() -> settle(id, header, ttl, failure)));
      }
    }

    private void settle(
        long id, WireWriter header, @Nullable Long ttl, @Nullable Throwable failure) {
      if (failure != null) {
        close(Statuses.of(failure));
      } else {
        answer(id, header, ttl == null ? 0 : ttl);
      }
    }

    private void answer(long id, WireWriter header, long ttlSeconds) {
      if (call.isCancelled()) {
        return;
      }
      call.sendMessage(new WireWriter().message(1, header).int64(2, id).int64(3, ttlSeconds));
      answering = false;
      if (halfClosed) {
        close(Status.OK);
      } else {
        call.request(1);
      }
    }

    @Override
    public void onHalfClose() {
      halfClosed = true;
      if (!answering) {
        close(Status.OK);
      }
    }

    private void close(Status status) {
      if (!call.isCancelled()) {
        call.close(status, new Metadata());
      }
    }
  }
}
