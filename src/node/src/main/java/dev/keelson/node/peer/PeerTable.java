package dev.keelson.node.peer;

import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.raft.Message;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other members: those of the membership, and guests that were found to belong to the cluster.
 */
final class PeerTable {
  private static final Logger LOG = LoggerFactory.getLogger(PeerTable.class);
  private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final PeerContext context;
  private final EventLoopGroup loops;
  private final BiFunction<String, DescribeRequest, CompletableFuture<DescribeResponse>> describe;
  private final Admission admission;
  private final SnapshotSender snapshots;
  private final Map<Long, Long> asked = new HashMap<>();
  private volatile Map<Long, RemotePeer> peers = Map.of();

  PeerTable(
      PeerContext context,
      EventLoopGroup loops,
      BiFunction<String, DescribeRequest, CompletableFuture<DescribeResponse>> describe) {
    this.context = context;
    this.loops = loops;
    this.describe = describe;
    this.snapshots = new SnapshotSender(context, loops);
    this.admission =
        new Admission(
            context.clusterId(), context.memberId(), context.receiver()::isRemoved, this::askAbout);
  }

  Admission admission() {
    return admission;
  }

  @Nullable RemotePeer find(long id) {
    return peers.get(id);
  }

  /** A member has begun to send. Any thread. */
  void heardFrom(long id) {
    RemotePeer peer = peers.get(id);
    if (peer != null) {
      peer.heardFrom();
      snapshots.heardFrom(id);
    }
  }

  synchronized void setPeers(Map<Long, List<String>> peerUrls) {
    Map<Long, List<String>> wanted = new TreeMap<>(peerUrls);
    wanted.remove(context.memberId());
    admission.setMembers(wanted.keySet());
    Map<Long, RemotePeer> next = new HashMap<>(peers);
    for (Map.Entry<Long, RemotePeer> each : peers.entrySet()) {
      if (!wanted.containsKey(each.getKey()) && !admission.isAdmitted(each.getKey())) {
        next.remove(each.getKey());
        each.getValue().close();
        context.receiver().metrics().forget(each.getKey());
      }
    }
    wanted.forEach((id, urls) -> put(next, id, urls));
    peers = next;
  }

  private void put(Map<Long, RemotePeer> into, long id, List<String> urls) {
    RemotePeer known = into.get(id);
    if (known != null) {
      known.setUrls(List.copyOf(urls));
    } else {
      RemotePeer added = new RemotePeer(context, id, List.copyOf(urls), loops.next());
      into.put(id, added);
      added.start();
    }
  }

  /** Asks the members and the stranger itself whether it belongs here. */
  private void askAbout(long stranger, List<String> ownUrls) {
    Set<String> urls = new LinkedHashSet<>();
    synchronized (this) {
      long now = context.environment().nanoTime();
      Long last = asked.get(stranger);
      if (last != null && now - last < ASK_AGAIN_NANOS) {
        return;
      }
      asked.values().removeIf(time -> now - time >= ASK_AGAIN_NANOS);
      asked.put(stranger, now);
      new TreeMap<>(peers).values().forEach(peer -> urls.addAll(peer.urls()));
    }
    urls.addAll(ownUrls);
    DescribeRequest request =
        DescribeRequest.newBuilder().setClusterId(context.clusterId()).build();
    List<CompletableFuture<DescribeResponse>> answers = new ArrayList<>();
    urls.forEach(url -> answers.add(describe.apply(url, request)));
    answers.add(CompletableFuture.completedFuture(context.receiver().describe()));
    new Inquiry(stranger, context.clusterId(), found -> admit(stranger, found)).await(answers);
  }

  private void admit(long stranger, List<String> urls) {
    if (!admission.admitGuest(stranger)) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("remote-peer-id", Identity.hex(stranger))
        .log("a peer that is not known here yet belongs to the cluster");
    synchronized (this) {
      Map<Long, RemotePeer> next = new HashMap<>(peers);
      put(next, stranger, urls);
      peers = next;
    }
  }

  /** Sends what can be sent; tells of the rest, once per member. */
  void send(List<Message> messages) {
    Set<RemotePeer> touched = new LinkedHashSet<>();
    Set<Long> dropped = new LinkedHashSet<>();
    for (Message message : messages) {
      RemotePeer peer = peers.get(message.to());
      if (peer == null) {
        dropped.add(message.to());
        if (message instanceof Message.InstallSnapshot) {
          context.receiver().snapshotSent(message.to(), false);
        }
      } else if (message instanceof Message.InstallSnapshot install) {
        snapshots.send(install, peer);
      } else if (peer.offer(message)) {
        touched.add(peer);
      } else {
        dropped.add(message.to());
      }
    }
    touched.forEach(RemotePeer::flush);
    dropped.forEach(context.receiver()::unreachable);
  }

  void tick() {
    peers.values().forEach(RemotePeer::tickSoon);
  }

  long connectedMillis(long member) {
    RemotePeer peer = peers.get(member);
    return peer == null ? -1 : peer.connectedMillis();
  }

  SortedMap<Long, PeerStatus> statuses() {
    SortedMap<Long, PeerStatus> result = new TreeMap<>();
    peers.forEach((id, peer) -> result.put(id, peer.status()));
    return result;
  }

  synchronized void close() {
    snapshots.close();
    List<RemotePeer> all = new ArrayList<>(peers.values());
    peers = Map.of();
    all.forEach(RemotePeer::close);
  }
}
