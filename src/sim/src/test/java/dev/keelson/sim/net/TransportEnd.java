package dev.keelson.sim.net;

import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.node.peer.GrpcTransport;
import dev.keelson.node.peer.PeerFront;
import dev.keelson.node.peer.PeerSettings;
import dev.keelson.node.peer.Receiver;
import dev.keelson.node.peer.SnapshotStore;
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
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A real transport with a state of one file, and what it was told. */
final class TransportEnd implements Receiver, SnapshotStore, AutoCloseable {
  static final long CLUSTER = 7;

  final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
  final BlockingQueue<Long> unreachable = new LinkedBlockingQueue<>();
  final BlockingQueue<Boolean> snapshotsSent = new LinkedBlockingQueue<>();
  final AtomicInteger checkpoints = new AtomicInteger();
  final GrpcTransport transport;
  final long id;
  volatile byte[] state = {};
  volatile long index;
  private final NetworkMetrics metrics = new MemberMetrics().network;
  private final Path directory;
  private final SystemEnvironment environment = new SystemEnvironment();

  TransportEnd(long id, Path directory, PeerSettings settings) {
    this.id = id;
    this.directory = directory;
    transport = new GrpcTransport(settings, environment, null, PeerFront.MEMBERS_ONLY);
    transport.start(CLUSTER, id, this);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(
        "127.0.0.1", ((InetSocketAddress) transport.addresses().getFirst()).getPort());
  }

  void reaches(long other, int port) {
    transport.setPeers(Map.of(other, List.of("http://127.0.0.1:" + port)));
  }

  /** Sends until it arrives. */
  void greet(TransportEnd other) throws InterruptedException {
    do {
      transport.send(List.of(new Message.TimeoutNow(id, other.id, 1)));
    } while (other.messages.poll(50, TimeUnit.MILLISECONDS) == null);
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
  public void gone(long member) {}

  @Override
  public void removed() {}

  @Override
  public boolean isRemoved(long member) {
    return false;
  }

  @Override
  public void snapshotSent(long member, boolean success) {
    snapshotsSent.add(success);
  }

  @Override
  public CompletableFuture<LeaseRenewResponse> renewLeases(LeaseRenewRequest request) {
    return CompletableFuture.completedFuture(LeaseRenewResponse.getDefaultInstance());
  }

  @Override
  public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(LeaseTimeToLiveRequest request) {
    return CompletableFuture.completedFuture(LeaseTimeToLiveResponse.getDefaultInstance());
  }

  @Override
  public CompletableFuture<PromoteResponse> promote(PromoteRequest request) {
    return CompletableFuture.completedFuture(PromoteResponse.getDefaultInstance());
  }

  @Override
  public CompletableFuture<HashKvResponse> hashKv(HashKvRequest request) {
    return CompletableFuture.completedFuture(HashKvResponse.getDefaultInstance());
  }

  @Override
  public NetworkMetrics metrics() {
    return metrics;
  }

  @Override
  public DescribeResponse describe() {
    return DescribeResponse.newBuilder().setClusterId(CLUSTER).setMemberId(id).build();
  }

  @Override
  public SnapshotStore snapshots() {
    return this;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public SnapshotMetadata checkpoint(Path target) throws IOException {
    checkpoints.incrementAndGet();
    Files.createDirectory(target);
    Files.write(target.resolve("state"), state);
    return new SnapshotMetadata(index, 1, ConfState.ofVoters(1L, 2L));
  }

  @Override
  public boolean needs(long wanted) {
    return wanted > index;
  }

  @Override
  public void arrived(Path checkpoint, SnapshotMetadata snapshot) throws IOException {
    state = Files.readAllBytes(checkpoint.resolve("state"));
    index = snapshot.index();
  }

  @Override
  public void close() {
    transport.close();
    environment.close();
    environment.pool().shutdownNow();
  }
}
