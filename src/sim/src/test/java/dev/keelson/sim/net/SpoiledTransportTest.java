package dev.keelson.sim.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.node.peer.PeerSettings;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.confchange.ConfState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real transports on connections that break, stall and lie. */
@Timeout(90)
class SpoiledTransportTest {
  private static final PeerSettings SETTINGS =
      new PeerSettings(
          List.of("http://127.0.0.1:0"),
          1,
          16 << 20,
          4096,
          16 << 20,
          50,
          1000,
          1000,
          20,
          200,
          5000,
          0);

  @TempDir private Path folder;
  private TransportEnd one;
  private TransportEnd two;
  private final Conditions link = new Conditions(1);
  private TcpProxy proxy;

  @BeforeEach
  void open() throws IOException, InterruptedException {
    one = new TransportEnd(1, folder.resolve("one"), SETTINGS);
    two = new TransportEnd(2, folder.resolve("two"), SETTINGS);
    proxy = new TcpProxy(0, two.address(), link);
    one.reaches(2, proxy.port());
    two.reaches(1, one.address().getPort());
    one.greet(two);
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
    proxy.close();
  }

  private void sendSnapshot(int bytes) {
    byte[] state = new byte[bytes];
    new Random(2).nextBytes(state);
    one.state = state;
    one.index = 50;
    one.transport.send(
        List.of(
            new Message.InstallSnapshot(
                1, 2, 1, new SnapshotMetadata(50, 1, ConfState.ofVoters(1L, 2L)))));
  }

  private void snapshotArrives() throws InterruptedException {
    assertThat(one.snapshotsSent.poll(60, TimeUnit.SECONDS)).isTrue();
    assertThat(Arrays.equals(two.state, one.state)).isTrue();
    assertThat(two.index).isEqualTo(50);
    assertThat(one.checkpoints).hasValue(1);
  }

  private void passes(long bytes) throws InterruptedException {
    long from = link.passedBytes();
    while (link.passedBytes() < from + bytes) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      Thread.onSpinWait();
    }
  }

  @Test
  void aCutConnectionIsBuiltAnew() throws InterruptedException {
    one.unreachable.clear();
    link.cut();
    assertThat(one.unreachable.poll(20, TimeUnit.SECONDS)).isEqualTo(2L);
    one.greet(two);
  }

  @Test
  void aSilentDirectionIsNoticedAndTheConnectionGivenUp() throws InterruptedException {
    for (Conditions.Direction direction : Conditions.Direction.values()) {
      one.unreachable.clear();
      link.lose(Set.of(direction));
      assertThat(one.unreachable.poll(20, TimeUnit.SECONDS)).isEqualTo(2L);
      link.lose(Set.of());
      two.messages.clear();
      one.greet(two);
    }
  }

  @Test
  void aFlakyConnectionGetsMessagesThrough() throws InterruptedException {
    link.flaky(0.05);
    for (int i = 0; i < 20; i++) {
      one.greet(two);
    }
  }

  @Test
  void aSnapshotGoesOnWhereItsConnectionBroke() throws InterruptedException {
    link.limit(4_000_000);
    sendSnapshot(3_000_000);
    passes(1_000_000);
    long before = link.passedBytes();
    link.cut();
    snapshotArrives();
    // what had arrived was not sent again, but for what was under way
    assertThat(link.passedBytes() - before).isLessThan(2_800_000);
  }

  @Test
  void anotherTransferGoesOnWhereOneThatWasGivenUpEnded() throws InterruptedException {
    link.limit(4_000_000);
    sendSnapshot(3_000_000);
    passes(2_000_000);
    link.refuse(true);
    link.cut();
    assertThat(one.snapshotsSent.poll(60, TimeUnit.SECONDS)).isFalse();
    long before = link.passedBytes();
    link.refuse(false);
    sendSnapshot(3_000_000);
    snapshotArrives();
    assertThat(link.passedBytes() - before).isLessThan(1_800_000);
  }

  @Test
  void aFlippedBitIsNoticed() throws InterruptedException {
    link.limit(8_000_000);
    sendSnapshot(3_000_000);
    passes(300_000);
    link.damageAfter(200_000);
    snapshotArrives();
  }

  @Test
  void messagesPassWhileASnapshotIsHeldUp() throws InterruptedException {
    link.limit(500_000);
    sendSnapshot(2_000_000);
    passes(100_000);
    one.greet(two);
    link.limit(0);
    snapshotArrives();
  }
}
