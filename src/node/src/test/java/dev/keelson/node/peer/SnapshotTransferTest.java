package dev.keelson.node.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.node.metrics.NetworkMetrics;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SnapshotTransferTest {
  private final List<Peer> peers = new ArrayList<>();

  private Peer peer(long id) {
    return peer(id, Peer.SETTINGS);
  }

  private Peer peer(long id, PeerSettings settings) {
    Peer peer = new Peer(id, RecordingReceiver.CLUSTER, settings);
    peers.add(peer);
    return peer;
  }

  @AfterEach
  void close() {
    peers.forEach(Peer::close);
  }

  static Map<String, byte[]> files(int largest) {
    Random random = new Random(5);
    byte[] large = new byte[largest];
    random.nextBytes(large);
    byte[] small = new byte[100];
    random.nextBytes(small);
    return Map.of("000012.sst", large, "CURRENT", small, "EMPTY", new byte[0], "Z", new byte[0]);
  }

  static Message.InstallSnapshot install(long from, long to, long index) {
    return new Message.InstallSnapshot(
        from, to, 9, new SnapshotMetadata(index, 3, ConfState.ofVoters(1L, 2L)));
  }

  private static void sameContent(Peer one, Peer two) {
    Map<String, byte[]> expected = one.receiver.store.content();
    Map<String, byte[]> actual = two.receiver.store.content();
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((name, bytes) -> assertThat(Arrays.equals(actual.get(name), bytes)).isTrue());
  }

  @Test
  void theStateArrivesAtTheIndexItReallyHas() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    one.receiver.store.hold(77, files(3_000_000));
    one.transport.send(List.of(install(1, 2, 70)));
    Message.InstallSnapshot arrived = (Message.InstallSnapshot) two.receiver.next();
    assertThat(arrived).isEqualTo(install(1, 2, 77));
    assertThat(one.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isTrue();
    sameContent(one, two);
  }

  @Test
  void bothSidesCountWhatBecameOfIt() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    one.receiver.store.hold(77, files(100_000));
    one.transport.send(List.of(install(1, 2, 77)));
    two.receiver.next();
    assertThat(one.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isTrue();
    NetworkMetrics.Peer sent = one.receiver.metrics().peer(2);
    assertThat(sent.snapshotsSent.sum()).isEqualTo(1);
    assertThat(sent.snapshotSends.sum()).isZero();
    assertThat(sent.snapshotSendFailures.sum()).isZero();
    NetworkMetrics.Peer received = two.receiver.metrics().peer(1);
    assertThat(received.snapshotReceiveFailures.sum()).isZero();
    // the receiver counts once its answer is out
    while (received.snapshotsReceived.sum() == 0) {
      Thread.onSpinWait();
    }
    assertThat(received.snapshotReceptions.sum()).isZero();

    one.transport.setPeers(Map.of(2L, List.of("http://127.0.0.1:1")));
    one.transport.send(List.of(install(1, 2, 77)));
    assertThat(one.receiver.snapshotsSent.poll(40, TimeUnit.SECONDS)).isFalse();
    assertThat(sent.snapshotSendFailures.sum()).isEqualTo(1);
    assertThat(sent.snapshotSends.sum()).isZero();
  }

  @Test
  void followersThatNeedOneAtTheSameTimeShareIt() throws InterruptedException {
    Peer one = peer(1, Peer.SETTINGS.withSnapshotBytesPerSecond(20_000_000));
    Peer two = peer(2);
    Peer three = peer(3);
    one.knows(two, three);
    two.knows(one, three);
    three.knows(one, two);
    one.receiver.store.hold(77, files(5_000_000));
    one.transport.send(List.of(install(1, 2, 77), install(1, 3, 77)));
    // while it is on its way, the same is asked for again
    one.transport.send(List.of(install(1, 2, 77)));
    two.receiver.next();
    three.receiver.next();
    assertThat(one.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isTrue();
    assertThat(one.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isTrue();
    assertThat(one.receiver.snapshotsSent).isEmpty();
    assertThat(one.receiver.store.checkpoints()).isEqualTo(1);
  }

  @Test
  void aMemberThatIsStillStartingIsSentItAsSoonAsItIsHeardOf() throws InterruptedException {
    Peer before = peer(2);
    int port = before.port();
    before.close();
    peers.remove(before);
    Peer one = peer(1, Peer.patient());
    one.transport.setPeers(Map.of(2L, List.of("http://127.0.0.1:" + port)));
    one.receiver.store.hold(77, files(100_000));
    one.transport.send(List.of(install(1, 2, 77)));
    one.receiver.store.awaitCheckpoint(); // the first attempt, at a closed port, follows
    Peer two = peer(2, PeerSettings.of(List.of("http://127.0.0.1:" + port)));
    two.knows(one);
    two.receiver.next();
    sameContent(one, two);
  }

  @Test
  void whatIsNotNeededIsNotSent() throws InterruptedException {
    Peer one = peer(1);
    Peer two = peer(2);
    one.knows(two);
    two.knows(one);
    one.receiver.store.hold(77, files(100_000));
    two.receiver.store.hold(80, Map.of());
    one.transport.send(List.of(install(1, 2, 77)));
    assertThat(one.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isTrue();
    assertThat(two.receiver.messages).isEmpty();
    assertThat(two.receiver.store.arrivals()).isEmpty();
  }

  @Test
  void anotherSenderHasToWait() throws InterruptedException {
    Peer one = peer(1, Peer.SETTINGS.withSnapshotBytesPerSecond(1_000_000));
    Peer two = peer(2);
    Peer three = peer(3);
    one.knows(two, three);
    two.knows(one, three);
    three.knows(one, two);
    one.receiver.store.hold(77, files(5_000_000));
    three.receiver.store.hold(90, files(1000));
    one.transport.send(List.of(install(1, 2, 77)));
    while (!java.nio.file.Files.exists(two.receiver.store.directory().resolve("in-1"))) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
    }
    three.transport.send(List.of(install(3, 2, 90)));
    assertThat(three.receiver.snapshotsSent.poll(20, TimeUnit.SECONDS)).isFalse();
    assertThat(two.receiver.store.arrivals()).isEmpty();
  }

  @Test
  void whoCannotBeReachedIsToldAsFailed() throws InterruptedException {
    Peer one = peer(1);
    one.receiver.store.hold(77, files(1000));
    one.transport.setPeers(Map.of(2L, List.of("http://127.0.0.1:1")));
    one.transport.send(List.of(install(1, 2, 77)));
    assertThat(one.receiver.snapshotsSent.poll(40, TimeUnit.SECONDS)).isFalse();
  }
}
