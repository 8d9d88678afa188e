package dev.keelson.node.api;

import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveRequest;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveResponse;
import java.util.concurrent.CompletableFuture;

/**
 * What only the leader knows of leases, wherever that is. The futures fail with an {@link
 * io.grpc.StatusRuntimeException} that is the answer.
 */
public interface LeaseControl {
  /** Renews a lease; its time to live in seconds, 0 if there is no such lease. */
  CompletableFuture<Long> renew(long id);

  /** How long a lease has left; TTL -1 if there is no such lease. The header is not set. */
  CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request);
}
