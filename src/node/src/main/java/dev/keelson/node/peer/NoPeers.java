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
import dev.keelson.raft.Message;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Reaches nobody: for a member that is embedded alone. */
public final class NoPeers implements Transport {
  @Override
  public void start(long clusterId, long memberId, Receiver receiver) {}

  @Override
  public void setPeers(Map<Long, List<String>> peerUrls) {}

  @Override
  public void send(List<Message> messages) {}

  @Override
  public long connectedMillis(long member) {
    return -1;
  }

  @Override
  public CompletableFuture<LeaseRenewResponse> renewLeases(long to, LeaseRenewRequest request) {
    return unreachable();
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(
      long to, LeaseTimeToLiveRequest request) {
    return unreachable();
  }

  @Override
  public CompletableFuture<PromoteResponse> promote(long to, PromoteRequest request) {
    return unreachable();
  }

  @Override
  public CompletableFuture<HashKvResponse> hashKv(long to, HashKvRequest request) {
    return unreachable();
  }

  @Override
  public CompletableFuture<DescribeResponse> describe(String peerUrl, DescribeRequest request) {
    return unreachable();
  }

  private static <T> CompletableFuture<T> unreachable() {
    return CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException());
  }

  @Override
  public void close() {}
}
