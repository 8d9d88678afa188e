package dev.keelson.sim.rounds;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.LeaseGrantRequest;
import dev.keelson.proto.etcdserverpb.LeaseGrantResponse;
import dev.keelson.proto.etcdserverpb.LeaseGrpc;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveRequest;
import dev.keelson.proto.etcdserverpb.LeaseKeepAliveResponse;
import dev.keelson.proto.etcdserverpb.LeaseRevokeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Holds one lease after the other, each with a key that shows by its end when the lease has ended:
 * renews it for a while, then revokes it or lets it expire.
 */
final class LeaseHolder implements Participant {
  private static final int TTL_MAX_SECONDS = 2;
  private static final long MILLIS = 1_000;

  private final Caller caller;
  private volatile long lease;
  private long ttlSeconds;

  LeaseHolder(Caller caller) {
    this.caller = caller;
  }

  /** The lease it holds; 0 if none. */
  long lease() {
    return lease;
  }

  @Override
  public void run() throws InterruptedException {
    while (caller.goesOn(10, 100)) {
      if (grant()) {
        attach();
        hold();
        letGo();
      }
    }
  }

  private boolean grant() {
    long asked = caller.log().now();
    LeaseGrantResponse granted =
        ask(
            LeaseGrpc.getLeaseGrantMethod(),
            LeaseGrantRequest.newBuilder()
                .setTTL(1 + caller.chance().below(TTL_MAX_SECONDS))
                .build());
    if (granted == null) {
      return false;
    }
    ttlSeconds = granted.getTTL();
    caller.log().renewed(granted.getID(), asked, ttlSeconds);
    lease = granted.getID();
    return true;
  }

  private void attach() {
    ByteString key = Logbook.leaseKey(lease);
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(key)
            .setValue(ByteString.copyFromUtf8("held by ").concat(key))
            .setLease(lease)
            .build();
    caller.call(KVGrpc.getPutMethod(), put);
  }

  private void hold() throws InterruptedException {
    int renewals = caller.chance().below(8);
    long pause = ttlSeconds * MILLIS / 3;
    while (lease != 0 && renewals-- > 0 && caller.goesOn(pause, pause)) {
      renew();
    }
  }

  private void renew() {
    long asked = caller.log().now();
    LeaseKeepAliveResponse response = keepAlive();
    if (response == null) {
      return;
    }
    if (response.getTTL() > 0) {
      caller.log().renewed(lease, asked, response.getTTL());
    } else {
      caller.log().leaseGone(lease);
      lease = 0;
    }
  }

  private @Nullable LeaseKeepAliveResponse keepAlive() {
    try {
      Iterator<LeaseKeepAliveResponse> responses =
          ClientCalls.blockingServerStreamingCall(
              caller.door(),
              asServerStreaming(),
              caller.options(),
              LeaseKeepAliveRequest.newBuilder().setID(lease).build());
      return responses.hasNext() ? responses.next() : null;
    } catch (StatusRuntimeException e) {
      caller.leave();
      return null;
    }
  }

  /** One renewal per call is enough here; the server sees a stream with one message. */
  private static MethodDescriptor<LeaseKeepAliveRequest, LeaseKeepAliveResponse>
      asServerStreaming() {
    return LeaseGrpc.getLeaseKeepAliveMethod().toBuilder()
        .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
        .build();
  }

  private void letGo() {
    long ended = lease;
    lease = 0;
    if (ended != 0 && (caller.chance().even() || caller.log().loadEnded())) {
      caller.log().givenUp(ended);
      ask(LeaseGrpc.getLeaseRevokeMethod(), LeaseRevokeRequest.newBuilder().setID(ended).build());
    }
  }

  private <Q, R> @Nullable R ask(MethodDescriptor<Q, R> method, Q request) {
    try {
      return ClientCalls.blockingUnaryCall(caller.door(), method, caller.options(), request);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        caller.leave();
      }
      return null;
    }
  }
}
