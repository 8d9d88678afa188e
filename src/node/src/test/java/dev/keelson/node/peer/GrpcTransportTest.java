package dev.keelson.node.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.proto.peer.DescribeRequest;
import dev.keelson.proto.peer.LeaseRenewRequest;
import dev.keelson.proto.peer.LeaseTimeToLiveRequest;
import dev.keelson.proto.peer.PromoteRequest;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.Message;
import io.grpc.Status;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GrpcTransportTest {
  private final List<Peer> peers = new ArrayList<>();

  private Peer peer(long id) {
    return opened(new Peer(id));
  }

  private Peer opened(Peer peer) {
    peers.add(peer);
    return peer;
  }

  @AfterEach
  void close() {
    peers.forEach(Peer::close);
  }

  private static Message append(long from, long to, long index) {
    return new Message.AppendRequest(
        from, to, 1, index - 1, 1, List.of(new Entry(1, index, EntryType.NORMAL, new byte[10])), 0);
  }

  /** Sends until something arrives: what is sent before a connection is up may be dropped. */
  static void connect(Peer from, Peer to) throws InterruptedException {
    Message hello = new Message.TimeoutNow(from.id, to.id, 1);
    do {
      from.transport.send(List.of(hello, append(from.id, to.id, 1)));
    } while (to.receiver.messages.poll(50, TimeUnit.MILLISECONDS) == null
        || !isConnected(from, to.id));
    to.receiver.messages.clear();
  }

  private static boolean isConnected(Peer from, long to) {
    PeerStatus status = from.transport.statuses().get(to);
    return status != null && status.connected();
  }

  @Test
  void messagesArriveInOrderWithinALane() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    connect(one, two);
    long index = 1_000_000;
    for (int batch = 0; batch < 200; batch++) {
      List<Message> messages = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        messages.add(append(1, 2, index++));
      }
      one.transport.send(messages);
    }
    long expected = 1_000_000;
    while (expected < index) {
      if (two.receiver.next() instanceof Message.AppendRequest m && m.prevIndex() >= 999_999) {
        assertThat(m.prevIndex()).isEqualTo(expected - 1);
        expected++;
      }
    }
  }

  @Test
  void bothDirectionsAndThreeMembersWork() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    Peer three = peer(3);
    one.knows(two, three);
    two.knows(one, three);
    three.knows(one, two);
    connect(one, two);
    connect(two, one);
    connect(three, one);
    connect(one, three);
    assertThat(one.transport.statuses().keySet()).containsExactly(2L, 3L);
  }

  /** A last turn of the node loop may be sending while the member stops. */
  @Test
  void whatIsSentWhileTheTransportClosesIsDropped() throws Exception {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    connect(one, two);
    CountDownLatch halfWay = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    List<Message> messages =
        new AbstractList<>() {
          @Override
          public Message get(int i) {
            if (i == 1) {
              halfWay.countDown();
              awaitOrFail(closed);
            }
            return append(1, 2, 2 + i);
          }

          @Override
          public int size() {
            return 2;
          }
        };
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> one.transport.send(messages), task -> new Thread(task).start());
    halfWay.await();
    one.transport.close();
    closed.countDown();
    assertThat(sending).succeedsWithin(10, TimeUnit.SECONDS);
  }

  private static void awaitOrFail(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Names are resolved elsewhere: a silent name server must not hold up what the pool is for. */
  @Test
  void connectingTakesNothingFromTheMembersPool() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    one.environment.pool().shutdownNow();
    one.knows(two);
    two.knows(one);
    connect(one, two);
    assertThat(isConnected(one, 2)).isTrue();
  }

  @Test
  void aMemberThatConnectsIsConnectedToWithoutWaitingForTheNextAttempt() throws Exception {
    Peer before = peer(2);
    int port = before.port();
    Peer one = opened(new Peer(1, RecordingReceiver.CLUSTER, Peer.patient()));
    before.close();
    peers.remove(before);
    one.transport.setPeers(Map.of(2L, List.of("http://127.0.0.1:" + port)));
    Message hello = new Message.TimeoutNow(1, 2, 1);
    do {
      one.transport.send(List.of(hello)); // dropped once the first attempt has failed
    } while (one.receiver.unreachable.poll(50, TimeUnit.MILLISECONDS) == null);
    Peer two =
        opened(
            new Peer(
                2,
                RecordingReceiver.CLUSTER,
                PeerSettings.of(List.of("http://127.0.0.1:" + port))));
    two.knows(one);
    connect(one, two);
  }

  @Test
  void aMemberThatComesBackIsFoundAgain() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    connect(one, two);
    int port = two.port();
    one.receiver.unreachable.clear();
    two.close();
    assertThat(one.receiver.unreachable.poll(20, TimeUnit.SECONDS)).isEqualTo(2L);
    Peer again =
        opened(
            new Peer(
                2,
                RecordingReceiver.CLUSTER,
                PeerSettings.of(List.of("http://127.0.0.1:" + port))));
    again.knows(one);
    connect(one, again);
  }

  @Test
  void aMemberWhosePortRefusesIsGoneOnceItHadBeenReached() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    Peer never = peer(3);
    String nobody = never.url();
    never.close();
    peers.remove(never);
    one.knows(two);
    one.transport.setPeers(Map.of(2L, List.of(two.url()), 3L, List.of(nobody)));
    two.knows(one);
    connect(one, two);
    assertThat(one.receiver.gone).isEmpty();
    two.close();
    peers.remove(two);
    assertThat(one.receiver.gone.poll(20, TimeUnit.SECONDS)).isEqualTo(2);
    assertThat(one.receiver.gone.poll(200, TimeUnit.MILLISECONDS)).as("told once").isNull();
  }

  @Test
  void everyUrlGetsItsTurn() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    two.knows(one);
    one.transport.setPeers(
        java.util.Map.of(
            2L, List.of("http://127.0.0.1:1", "ftp://wrong", "http://[::1]:1", two.url())));
    connect(one, two);
  }

  @Test
  void aMessageToNobodyIsToldAsUnreachable() throws InterruptedException {
    Peer one = peer(1);
    one.transport.send(List.of(new Message.TimeoutNow(1, 9, 1)));
    assertThat(one.receiver.unreachable.poll(20, TimeUnit.SECONDS)).isEqualTo(9L);
  }

  @Test
  void aSnapshotToNobodyIsToldAsFailed() throws InterruptedException {
    Peer one = peer(1);
    one.transport.send(
        List.of(new Message.InstallSnapshot(1, 9, 1, dev.keelson.raft.SnapshotMetadata.NONE)));
    assertThat(one.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void callsAreAnsweredOrRefusedInTheOthersWords() throws Exception {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    connect(one, two);
    var renewed =
        one.transport
            .renewLeases(2, LeaseRenewRequest.newBuilder().addLeaseIds(5).addLeaseIds(6).build())
            .get(20, TimeUnit.SECONDS);
    assertThat(renewed.getRenewalsList())
        .extracting(each -> each.getLeaseId())
        .containsExactly(5L, 6L);
    assertThat(
            failure(one.transport.timeToLive(2, LeaseTimeToLiveRequest.getDefaultInstance()))
                .getDescription())
        .isEqualTo("etcdserver: requested lease not found");
    assertThat(failure(one.transport.promote(2, PromoteRequest.getDefaultInstance())).getCode())
        .isEqualTo(Status.Code.INTERNAL);
    assertThat(failure(one.transport.promote(7, PromoteRequest.getDefaultInstance())).getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
  }

  private static Status failure(CompletableFuture<?> future) throws Exception {
    try {
      future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return Status.fromThrowable(e);
    }
    throw new AssertionError("no failure");
  }

  @Test
  void anybodyMayAskWhoAMemberIs() throws Exception {
    Peer one = peer(1);
    Peer two = peer(2);
    var answer =
        one.transport
            .describe(two.url(), DescribeRequest.getDefaultInstance())
            .get(20, TimeUnit.SECONDS);
    assertThat(answer.getMemberId()).isEqualTo(2);
    assertThat(
            failure(
                    one.transport.describe(
                        "http://127.0.0.1:1", DescribeRequest.getDefaultInstance()))
                .getCode())
        .isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(
            failure(one.transport.describe("nonsense", DescribeRequest.getDefaultInstance()))
                .getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void aStrangerIsLetInOnlyWhenAMemberVouchesForIt() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    Peer three = peer(3);
    two.knows(one);
    three.knows(two);
    one.knows(two);
    // nobody knows three: refused
    Message hello = new Message.TimeoutNow(3, 2, 1);
    do {
      three.transport.send(List.of(hello));
    } while (three.receiver.unreachable.poll(20, TimeUnit.MILLISECONDS) == null);
    assertThat(two.receiver.messages).isEmpty();
    // one gets to know it, two does not: one vouches
    one.knows(two, three);
    connect(three, two);
    connect(two, three);
  }

  /** Its vote may be needed, and nobody it knows is there any more. */
  @Test
  void whoKnowsOnlyMembersThatAreGoneListensToOneThatCameMeanwhile() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    Peer three = peer(3);
    two.knows(one);
    one.close();
    peers.remove(one);
    three.knows(two);
    three.receiver.appliedIndex = 523;
    connect(three, two);
    connect(two, three);
  }

  @Test
  void aRemovedMemberIsNotListenedToAnyMore() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    Peer three = peer(3);
    one.knows(two, three);
    two.knows(one, three);
    three.knows(one, two);
    connect(three, two);
    three.receiver.unreachable.clear();
    two.receiver.removed.add(3L);
    two.knows(one);
    do {
      three.transport.send(List.of(new Message.TimeoutNow(3, 2, 1)));
    } while (three.receiver.unreachable.poll(20, TimeUnit.MILLISECONDS) == null);
    two.receiver.messages.clear();
    // one would still vouch for it
    for (int i = 0; i < 20; i++) {
      three.transport.send(List.of(new Message.TimeoutNow(3, 2, 1)));
      three.receiver.unreachable.poll(20, TimeUnit.SECONDS);
    }
    assertThat(two.receiver.messages).isEmpty();
    assertThat(two.transport.statuses().keySet()).containsExactly(1L);
    assertThat(three.receiver.farewells).as("it is told, and ends").isNotEmpty();
  }

  /** Who is told that it was removed ends for good, so a list that is behind must not say so. */
  @Test
  void whoIsMissingFromTheListIsNotToldThatItWasRemoved() throws InterruptedException {
    Peer two = peer(2);
    Peer three = peer(3);
    two.knows(three);
    three.knows(two);
    connect(three, two);
    three.receiver.unreachable.clear();
    two.knows();
    do {
      three.transport.send(List.of(new Message.TimeoutNow(3, 2, 1)));
    } while (three.receiver.unreachable.poll(20, TimeUnit.MILLISECONDS) == null);
    assertThat(three.receiver.farewells).isEmpty();
    two.knows(three);
    two.receiver.messages.clear();
    connect(three, two);
  }

  @Test
  void anotherClusterIsRefused() throws InterruptedException {
    Peer one = opened(new Peer(1, 0xBAD, Peer.SETTINGS));
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    // a message that the refusal met on its way is lost without a word
    do {
      one.transport.send(List.of(new Message.TimeoutNow(1, 2, 1)));
    } while (one.receiver.unreachable.poll(20, TimeUnit.MILLISECONDS) == null);
    assertThat(two.receiver.messages).isEmpty();
  }

  @Test
  void anAddressInUseIsNamed() {
    Peer one = peer(1);
    assertThatThrownBy(
            () ->
                new Peer(
                    2,
                    RecordingReceiver.CLUSTER,
                    PeerSettings.of(List.of("http://127.0.0.1:" + one.port()))))
        .hasMessageContaining("cannot listen for peers")
        .hasMessageContaining(String.valueOf(one.port()));
  }

  @Test
  void anAnswerMayCloseTheTransportItCameBy() throws Exception {
    Peer one = peer(1);
    Peer two = peer(2);
    CompletableFuture<Void> closed =
        one.transport
            .describe(two.url(), DescribeRequest.getDefaultInstance())
            .thenAccept(_ -> one.transport.close());
    closed.get(30, TimeUnit.SECONDS);
    Peer three = peer(3); // and so may a refusal, as when a join fails
    CompletableFuture<Boolean> refused =
        three
            .transport
            .describe("http://127.0.0.1:1", DescribeRequest.getDefaultInstance())
            .handle(
                (_, _) -> {
                  three.transport.close();
                  return true;
                });
    assertThat(refused.get(30, TimeUnit.SECONDS)).isTrue();
  }
}
