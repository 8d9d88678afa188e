package dev.keelson.node.peer;

import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.proto.peer.HashKvRequest;
import dev.keelson.proto.peer.HashKvResponse;
import dev.keelson.proto.peer.LeaseRenewRequest;
import dev.keelson.proto.peer.LeaseRenewResponse;
import dev.keelson.proto.peer.LeaseRenewal;
import dev.keelson.proto.peer.LeaseTimeToLiveRequest;
import dev.keelson.proto.peer.LeaseTimeToLiveResponse;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.proto.peer.PromoteResponse;
import dev.keelson.raft.Message;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what it is told. */
class RecordingReceiver implements Receiver {
  static final long CLUSTER = 0xC1;

  final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
  final BlockingQueue<Long> unreachable = new LinkedBlockingQueue<>();
  final BlockingQueue<Long> gone = new LinkedBlockingQueue<>();
  final BlockingQueue<Boolean> snapshotsSent = new LinkedBlockingQueue<>();
  final BlockingQueue<Boolean> farewells = new LinkedBlockingQueue<>();
  final Set<Long> removed = ConcurrentHashMap.newKeySet();
  final Map<Long, List<String>> members = new ConcurrentHashMap<>();
  final FileStore store;
  volatile long appliedIndex;
  private final NetworkMetrics metrics = new MemberMetrics().network;
  private final long id;

  RecordingReceiver(long id, Path directory) {
    this.id = id;
    this.store = new FileStore(directory);
  }

  /** The next message, waited for. */
  Message next() throws InterruptedException {
    Message message = messages.poll(20, TimeUnit.SECONDS);
    if (message == null) {
      throw new AssertionError("no message arrived");
    }
    return message;
  }

  @Override
  public void received(List<Message> batch) {
    messages.addAll(batch);
  }

  @Override
  public void unreachable(long member) {
    unreachable.add(member);
  }

  @Override
  public void gone(long member) {
    gone.add(member);
  }

  @Override
  public void removed() {
    farewells.add(true);
  }

  @Override
  public boolean isRemoved(long member) {
    return removed.contains(member);
  }

  @Override
  public void snapshotSent(long member, boolean success) {
    snapshotsSent.add(success);
  }

  @Override
  public CompletableFuture<LeaseRenewResponse> renewLeases(LeaseRenewRequest request) {
    LeaseRenewResponse.Builder response = LeaseRenewResponse.newBuilder();
    request
        .getLeaseIdsList()
        .forEach(
            lease ->
                response.addRenewals(LeaseRenewal.newBuilder().setLeaseId(lease).setTtlSeconds(7)));
    return CompletableFuture.completedFuture(response.build());
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    return CompletableFuture.failedFuture(
        Status.NOT_FOUND
            .withDescription("etcdserver: requested lease not found")
            .asRuntimeException());
  }

  @Override
  public CompletableFuture<PromoteResponse> promote(PromoteRequest request) {
    throw new IllegalStateException("defect");
  }

  @Override
  public CompletableFuture<HashKvResponse> hashKv(HashKvRequest request) {
    return new CompletableFuture<>();
  }

  @Override
  public SnapshotStore snapshots() {
    return store;
  }

  @Override
  public NetworkMetrics metrics() {
    return metrics;
  }

  @Override
  public DescribeResponse describe() {
    List<Member> known = new ArrayList<>();
    members.forEach(
        (member, urls) ->
            known.add(Member.newBuilder().setID(member).addAllPeerURLs(urls).build()));
    return DescribeResponse.newBuilder()
        .setClusterId(CLUSTER)
        .setMemberId(id)
        .setAppliedIndex(appliedIndex)
        .addAllMembers(known)
        .build();
  }
}
