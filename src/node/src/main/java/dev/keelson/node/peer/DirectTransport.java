package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import dev.keelson.proto.peer.LeaseRenewRequest;
import dev.keelson.proto.peer.LeaseRenewResponse;
import dev.keelson.proto.peer.LeaseTimeToLiveRequest;
import dev.keelson.proto.peer.LeaseTimeToLiveResponse;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.proto.peer.PromoteResponse;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A transport between members of one process: a call goes to the other's receiver as it is. */
public interface DirectTransport extends Transport {
  /** Makes a call, or loses it. */
  <T> CompletableFuture<T> call(long to, Function<Receiver, CompletableFuture<T>> call);

  /** The same, to whoever listens at a URL. */
  <T> CompletableFuture<T> call(String peerUrl, Function<Receiver, CompletableFuture<T>> call);

  @Override
  default CompletableFuture<LeaseRenewResponse> renewLeases(long to, LeaseRenewRequest request) {
    return call(to, other -> other.renewLeases(request));
  }

  @Override
  default CompletableFuture<LeaseTimeToLiveResponse> timeToLive(
      long to, LeaseTimeToLiveRequest request) {
    return call(to, other -> other.timeToLive(request));
  }

  @Override
  default CompletableFuture<PromoteResponse> promote(long to, PromoteRequest request) {
    return call(to, other -> other.promote(request));
  }

  @Override
  default CompletableFuture<HashKvResponse> hashKv(long to, HashKvRequest request) {
    return call(to, other -> other.hashKv(request));
  }

  @Override
  default CompletableFuture<DescribeResponse> describe(String peerUrl, DescribeRequest request) {
    return call(peerUrl, other -> CompletableFuture.completedFuture(other.describe()));
  }
}
