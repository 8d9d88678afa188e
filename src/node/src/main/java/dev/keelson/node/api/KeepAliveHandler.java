package dev.keelson.node.api;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.lease.Leases;
import dev.keelson.kv.lease.Lessor.Renewal;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * {@code etcdserverpb.Lease/LeaseKeepAlive}: one answer for each request, in order. A lease that
 * does not exist is answered with a time to live of 0, not with an error; one that has expired but
 * is still there waits until it is gone.
 */
final class KeepAliveHandler implements ServerCallHandler<LeaseKeepAliveRequest, Encoded> {
  private final ApiContext context;
  private final Headers headers;

  KeepAliveHandler(ApiContext context, Headers headers) {
    this.context = context;
    this.headers = headers;
  }

  @Override
  public ServerCall.Listener<LeaseKeepAliveRequest> startCall(
      ServerCall<LeaseKeepAliveRequest, Encoded> call, Metadata metadata) {
    call.sendHeaders(new Metadata());
    call.request(1);
    return new Stream(call, Reply.currentLoop());
  }

  /**
   * The next request is asked for only when the last one has been answered, which keeps the order.
   */
  private final class Stream extends ServerCall.Listener<LeaseKeepAliveRequest> {
    private final ServerCall<LeaseKeepAliveRequest, Encoded> call;
    private final Executor executor;
    private boolean answering;
    private boolean halfClosed;

    Stream(ServerCall<LeaseKeepAliveRequest, Encoded> call, Executor executor) {
      this.call = call;
      this.executor = executor;
    }

    @Override
    public void onMessage(LeaseKeepAliveRequest request) {
      answering = true;
      long id = request.getID();
      WireWriter header = headers.wire(headers.revision().getAsLong());
      Renewal renewal = renew(id, header);
      if (renewal == Renewal.NOT_FOUND) {
        // perhaps its grant is committed and not applied yet
        context.barrier().await(executor, error -> again(id, header, error));
      } else {
        settle(id, header, renewal);
      }
    }

    private Renewal renew(long id, WireWriter header) {
      return context.lessor().renew(id, () -> executor.execute(() -> answer(id, header, 0)));
    }

    private void again(long id, WireWriter header, @Nullable KvError error) {
      if (error == null) {
        settle(id, header, renew(id, header));
      } else {
        close(Statuses.of(error));
      }
    }

    private void settle(long id, WireWriter header, Renewal renewal) {
      switch (renewal) {
        case RENEWED -> {
          context.metrics().store.leasesRenewed.increment();
          Leases.Granted lease = context.state().leases().find(id);
          answer(id, header, lease == null ? 0 : lease.ttlSeconds());
        }
        case NOT_FOUND -> answer(id, header, 0);
        case NOT_PRIMARY -> close(Status.UNKNOWN.withDescription("not a primary lessor"));
        case EXPIRING -> {
          // the answer follows when the revocation has been applied
        }
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
