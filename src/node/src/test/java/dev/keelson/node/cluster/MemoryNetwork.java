package dev.keelson.node.cluster;

import dev.keelson.node.peer.DirectTransport;
import dev.keelson.node.peer.Receiver;
import dev.keelson.node.peer.Transport;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Connects members by their peer URLs; can cut any of them off. */
final class MemoryNetwork implements AutoCloseable {
  private final Map<String, Node> byUrl = new ConcurrentHashMap<>();
  private final AtomicLong snapshots = new AtomicLong();
  private final Set<String> cutOff = ConcurrentHashMap.newKeySet();
  private final ExecutorService delivery =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("network").factory());

  /** The end of a member that listens at a URL. */
  Transport endpoint(String url) {
    return new Node(url);
  }

  /** Nothing goes to or comes from that URL until {@link #mend}. */
  void cut(String url) {
    cutOff.add(url);
  }

  /** Snapshots that were carried. */
  long snapshots() {
    return snapshots.get();
  }

  void mend(String url) {
    cutOff.remove(url);
  }

  @Override
  public void close() {
    delivery.shutdownNow();
  }

  private final class Node implements DirectTransport {
    private final String url;
    private volatile Map<Long, List<String>> peers = Map.of();
    private volatile @Nullable Receiver receiver;
    private volatile long member;
    private volatile long startedNanos;

    Node(String url) {
      this.url = url;
    }

    @Override
    public void start(long clusterId, long memberId, Receiver local) {
      member = memberId;
      startedNanos = System.nanoTime();
      receiver = local;
      byUrl.put(url, this);
    }

    @Override
    public void setPeers(Map<Long, List<String>> peerUrls) {
      peers = Map.copyOf(peerUrls);
    }

    private @Nullable Receiver reach(String to) {
      Node other = byUrl.get(to);
      return other == null || cutOff.contains(to) || cutOff.contains(url) ? null : other.receiver;
    }

    private @Nullable Receiver reach(long to) {
      List<String> urls = peers.get(to);
      if (urls == null) {
        return null;
      }
      Node other = byUrl.get(urls.getFirst());
      // like a real one, who is no member is not listened to
      return other == null || !other.peers.containsKey(member) ? null : reach(urls.getFirst());
    }

    @Override
    public void send(List<Message> messages) {
      if (!delivery.isShutdown()) {
        delivery.execute(() -> messages.forEach(this::deliver));
      }
    }

    private void deliver(Message message) {
      Receiver to = reach(message.to());
      Receiver own = receiver;
      if (to != null && own != null && message instanceof Message.InstallSnapshot install) {
        own.snapshotSent(message.to(), carry(install, own, to));
      } else if (to != null) {
        to.received(List.of(message));
      } else if (own != null) {
        own.unreachable(message.to());
        if (message instanceof Message.InstallSnapshot) {
          own.snapshotSent(message.to(), false);
        }
      }
    }

    /** What a real transport does over the network. */
    private boolean carry(Message.InstallSnapshot install, Receiver own, Receiver to) {
      try {
        Path directory = to.snapshots().directory();
        Files.createDirectories(directory);
        Path checkpoint = directory.resolve("arrived-" + snapshots.incrementAndGet());
        SnapshotMetadata metadata = own.snapshots().checkpoint(checkpoint);
        to.snapshots().arrived(checkpoint, metadata);
        to.received(
            List.of(
                new Message.InstallSnapshot(
                    install.from(), install.to(), install.term(), metadata)));
        return true;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public long connectedMillis(long other) {
      List<String> urls = peers.get(other);
      Node node = urls == null ? null : byUrl.get(urls.getFirst());
      return node == null || reach(other) == null
          ? -1
          : (System.nanoTime() - Math.max(startedNanos, node.startedNanos)) / 1_000_000;
    }

    private static <T> CompletableFuture<T> call(
        @Nullable Receiver to, Function<Receiver, CompletableFuture<T>> call) {
      return to == null
          ? CompletableFuture.failedFuture(Status.UNAVAILABLE.asRuntimeException())
          : call.apply(to);
    }

    @Override
    public <T> CompletableFuture<T> call(long to, Function<Receiver, CompletableFuture<T>> call) {
      return call(reach(to), call);
    }

    @Override
    public <T> CompletableFuture<T> call(
        String peerUrl, Function<Receiver, CompletableFuture<T>> call) {
      return call(reach(peerUrl), call);
    }

    @Override
    public void close() {
      receiver = null;
      byUrl.remove(url, this);
    }
  }
}
