package dev.keelson.sim.network;

import dev.keelson.node.peer.DirectTransport;
import dev.keelson.node.peer.Receiver;
import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.DescribeResponse;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.sim.member.Life;
import dev.keelson.sim.time.EventQueue;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One process's end of the network. */
final class Endpoint implements DirectTransport {
  private static final long CALL_TIMEOUT_NANOS = 3_000_000_000L;
  private static final long NOTICE_NANOS = 1_000_000;
  private static final long MILLION = 1_000_000;

  /** How much longer a snapshot takes than a message. */
  private static final long SNAPSHOT_FACTOR = 20;

  private final SimNetwork network;
  private final EventQueue queue;
  private final Life life;
  private final String url;
  private final Vouching vouching = new Vouching();
  private @Nullable Receiver receiver;
  private long clusterId;
  private long memberId;
  private long startedNanos;
  private int snapshotsSent;

  Endpoint(SimNetwork network, Life life, String url) {
    this.network = network;
    this.queue = network.queue();
    this.life = life;
    this.url = url;
  }

  Life life() {
    return life;
  }

  private int host() {
    return life.host().number();
  }

  @Override
  public void start(long cluster, long member, Receiver local) {
    clusterId = cluster;
    memberId = member;
    receiver = local;
    startedNanos = queue.nowNanos();
    network.listen(url, this);
  }

  @Override
  public void setPeers(Map<Long, List<String>> peerUrls) {
    vouching.setMembers(peerUrls);
  }

  /** Who listens where that member should; null also if it is another, which would refuse. */
  private @Nullable Endpoint find(long member) {
    List<String> urls = vouching.urls(member);
    Endpoint found = urls == null ? null : network.at(urls.getFirst());
    return found == null || found.memberId != member ? null : found;
  }

  @Override
  public void send(List<Message> messages) {
    if (!life.alive()) {
      return;
    }
    Map<Long, List<Message>> byReceiver = new LinkedHashMap<>();
    for (Message message : messages) {
      network.observe(life, message);
      Digest.add(queue.trace(), message);
      byReceiver.computeIfAbsent(message.to(), to -> new ArrayList<>()).add(message);
    }
    byReceiver.forEach(this::send);
  }

  private void send(long to, List<Message> messages) {
    Endpoint other = find(to);
    if (other == null || network.link(host(), other.host()).isCut(queue.nowNanos())) {
      network.count("unreachable");
      messages.forEach(this::dropped);
      if (other == null) {
        network.count("refused");
        notice(local -> local.gone(to));
      }
      return;
    }
    Link link = network.link(host(), other.host());
    List<Message> together = new ArrayList<>();
    for (Message message : messages) {
      if (message instanceof Message.InstallSnapshot snapshot) {
        sendSnapshot(other, snapshot);
        continue;
      }
      if (network.loses(link)) {
        dropped(message);
      } else if (network.chance().permille(network.weather().overtakePermille())) {
        network.count("overtaken");
        deliver(other, List.of(message), network.delay(link));
      } else {
        together.add(message);
      }
      if (mayComeTwice(message) && network.chance().permille(network.weather().twicePermille())) {
        network.count("twice");
        deliver(other, List.of(message), network.delay(link) * 2);
      }
    }
    if (!together.isEmpty()) {
      long arrival = link.inOrder(queue.nowNanos() + network.delay(link));
      deliver(other, together, arrival - queue.nowNanos());
    }
  }

  /**
   * A connection never carries anything twice; consensus must bear it all the same, as it says. A
   * forwarded proposal that came twice would be carried out twice, in etcd too.
   */
  private static boolean mayComeTwice(Message message) {
    return !(message instanceof Message.ForwardedProposal);
  }

  /** The state goes along; it takes a while, and the message comes when all of it has arrived. */
  private void sendSnapshot(Endpoint other, Message.InstallSnapshot message) {
    Receiver local = receiver;
    Link link = network.link(host(), other.host());
    if (local == null) {
      return;
    }
    network.count("snapshot");
    Path path = local.snapshots().directory().resolve(life.number() + "-" + ++snapshotsSent);
    SnapshotMetadata state;
    try {
      state = local.snapshots().checkpoint(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Message.InstallSnapshot actual =
        new Message.InstallSnapshot(message.from(), message.to(), message.term(), state);
    boolean lost = network.loses(link);
    long takes = network.delay(link) * SNAPSHOT_FACTOR;
    if (!lost) {
      var _ =
          queue.after(
              takes,
              other.life,
              "snapshot",
              () -> other.life.run(() -> other.snapshotArrives(this, path, actual)));
    }
    var _ =
        queue.after(
            takes + NOTICE_NANOS,
            life,
            "snapshot end",
            () -> life.run(() -> snapshotEnded(other, message.to(), !lost)));
  }

  private void snapshotEnded(Endpoint other, long to, boolean arrived) {
    Receiver local = receiver;
    if (local != null) {
      local.snapshotSent(to, arrived && other.life.alive());
    }
  }

  private void snapshotArrives(Endpoint from, Path path, Message.InstallSnapshot message) {
    Receiver local = receiver;
    if (local == null
        || !accepts(from, local)
        || !local.snapshots().needs(message.snapshot().index())) {
      return;
    }
    try {
      local.snapshots().arrived(path, message.snapshot());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    local.received(List.of(message));
  }

  private void deliver(Endpoint other, List<Message> messages, long delayNanos) {
    var _ =
        queue.after(
            delayNanos,
            other.life,
            "message",
            () -> other.life.run(() -> other.received(this, messages)));
  }

  private void received(Endpoint from, List<Message> messages) {
    Receiver local = receiver;
    if (local != null && accepts(from, local)) {
      local.received(messages);
    }
  }

  /**
   * Who is no member, or of another cluster, is not listened to: one that was a member is told so,
   * a stranger is asked about.
   */
  private boolean accepts(Endpoint from, Receiver local) {
    if (from.clusterId != clusterId) {
      return false;
    }
    if (vouching.isAdmitted(from.memberId)) {
      return true;
    }
    if (vouching.isFormer(from.memberId)) {
      from.refusedBy(this);
    } else if (vouching.mayAsk(from.memberId, queue.nowNanos())) {
      network.count("stranger");
      askAbout(from, local);
    }
    return false;
  }

  private void askAbout(Endpoint stranger, Receiver local) {
    Set<String> urls = vouching.memberUrls();
    urls.add(stranger.url);
    List<CompletableFuture<DescribeResponse>> answers = new ArrayList<>();
    urls.forEach(each -> answers.add(describe(each, DescribeRequest.getDefaultInstance())));
    answers.add(CompletableFuture.completedFuture(local.describe()));
    vouching.inquire(stranger.memberId, clusterId).await(answers);
  }

  /** Another member says that this one was removed. */
  private void refusedBy(Endpoint other) {
    Link back = network.link(other.host(), host());
    if (!network.loses(back)) {
      var _ =
          queue.after(
              network.delay(back),
              life,
              "removed",
              () ->
                  life.run(
                      () -> {
                        Receiver local = receiver;
                        if (local != null) {
                          local.removed();
                        }
                      }));
    }
  }

  private void dropped(Message message) {
    notice(local -> local.unreachable(message.to()));
    if (message instanceof Message.InstallSnapshot) {
      notice(local -> local.snapshotSent(message.to(), false));
    }
  }

  private void notice(Consumer<Receiver> told) {
    Receiver local = receiver;
    if (local != null) {
      var _ = queue.after(NOTICE_NANOS, life, "dropped", () -> life.run(() -> told.accept(local)));
    }
  }

  @Override
  public long connectedMillis(long member) {
    Endpoint other = find(member);
    if (other == null
        || network.link(host(), other.host()).isCut(queue.nowNanos())
        || network.link(other.host(), host()).isCut(queue.nowNanos())) {
      return -1;
    }
    return (queue.nowNanos() - Math.max(startedNanos, other.startedNanos)) / MILLION;
  }

  @Override
  public <T> CompletableFuture<T> call(long to, Function<Receiver, CompletableFuture<T>> call) {
    return call(find(to), call);
  }

  @Override
  public <T> CompletableFuture<T> call(
      String peerUrl, Function<Receiver, CompletableFuture<T>> call) {
    return call(network.at(peerUrl), call);
  }

  /** A call and its answer are each lost or late like a message; what stays open times out. */
  private <T> CompletableFuture<T> call(
      @Nullable Endpoint other, Function<Receiver, CompletableFuture<T>> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    if (other == null) {
      result.completeExceptionally(Status.UNAVAILABLE.asRuntimeException());
      return result;
    }
    var _ =
        queue.after(
            CALL_TIMEOUT_NANOS,
            life,
            "call timeout",
            () ->
                life.run(
                    () -> result.completeExceptionally(Status.UNAVAILABLE.asRuntimeException())));
    Link there = network.link(host(), other.host());
    if (!network.loses(there)) {
      var _ =
          queue.after(
              network.delay(there),
              other.life,
              "call",
              () -> other.life.run(() -> other.answer(this, call, result)));
    }
    return result;
  }

  private <T> void answer(
      Endpoint caller, Function<Receiver, CompletableFuture<T>> call, CompletableFuture<T> result) {
    Receiver local = receiver;
    if (local == null) {
      return;
    }
    var _ =
        call.apply(local)
            .whenComplete(
                (response, failure) -> {
                  Link back = network.link(host(), caller.host());
                  if (life.alive() && !network.loses(back)) {
                    var _ =
                        queue.after(
                            network.delay(back),
                            caller.life,
                            "call answer",
                            () -> caller.life.run(() -> complete(result, response, failure)));
                  }
                });
  }

  private static <T> void complete(
      CompletableFuture<T> result, T response, @Nullable Throwable failure) {
    if (failure == null) {
      result.complete(response);
    } else {
      result.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    receiver = null;
    network.silence(url, this);
  }
}
