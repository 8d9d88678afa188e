package dev.keelson.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.keelson.node.env.Environment;
import dev.keelson.node.env.SystemEnvironment;
import dev.keelson.node.env.Worker;
import dev.keelson.node.loop.LogWriter;
import dev.keelson.node.metrics.MemberMetrics;
import dev.keelson.node.peer.NoPeers;
import dev.keelson.proto.membershippb.Member;
import dev.keelson.proto.membershippb.RaftAttributes;
import dev.keelson.raft.Entry;
import dev.keelson.raft.EntryType;
import dev.keelson.raft.HardState;
import dev.keelson.raft.Message;
import dev.keelson.raft.SnapshotMetadata;
import dev.keelson.raft.SoftState;
import dev.keelson.raft.confchange.ConfState;
import dev.keelson.storage.disk.CrashableDisk;
import dev.keelson.storage.disk.Survival;
import dev.keelson.storage.wal.Wal;
import dev.keelson.storage.wal.WalMetadata;
import dev.keelson.storage.wal.WalOptions;
import dev.keelson.storage.wal.WalState;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The log while a snapshot takes its place, and entries behind the snapshot have come already. */
@Timeout(60)
class InstallingLogTest {
  private static final WalMetadata METADATA = new WalMetadata(5, 1);
  private static final ConfState THREE = ConfState.ofVoters(1L, 2L, 3L);

  @TempDir private Path folder;

  private static List<Entry> entries(long term, long from, long to) {
    List<Entry> made = new ArrayList<>();
    for (long index = from; index <= to; index++) {
      made.add(new Entry(term, index, EntryType.NORMAL, new byte[] {1}));
    }
    return made;
  }

  private static Wal.Opened open(CrashableDisk disk) {
    return Wal.open(disk, "wal", METADATA, WalOptions.DEFAULT, _ -> {});
  }

  /** Hands the work out, to be done by hand. */
  private static Environment byHand(List<BooleanSupplier> work) {
    return (Environment)
        Proxy.newProxyInstance(
            Environment.class.getClassLoader(),
            new Class<?>[] {Environment.class},
            (_, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("worker");
              work.add((BooleanSupplier) arguments[1]);
              return Proxy.newProxyInstance(
                  Worker.class.getClassLoader(), new Class<?>[] {Worker.class}, (_, _, _) -> null);
            });
  }

  /**
   * A member that was busy takes the snapshot and what follows it in one turn: what is committed
   * then is beyond the snapshot, whatever the log had before.
   */
  @ParameterizedTest
  @ValueSource(longs = {5, 20})
  void aSnapshotComesWithCommittedEntriesBehindIt(long lastBefore) {
    CrashableDisk disk = new CrashableDisk();
    Wal wal = Wal.create(disk, "wal", METADATA, WalOptions.DEFAULT, _ -> {});
    wal.appendAndSync(WalLog.toWal(new HardState(1, 0, 5)), entries(1, 1, lastBefore));
    List<BooleanSupplier> work = new ArrayList<>();
    List<Long> durable = new ArrayList<>();
    LogWriter writer =
        new LogWriter(
            byHand(work),
            new WalLog(wal, true, new MemberMetrics().disk, () -> 0),
            durable::add,
            failure -> {});

    LogWriter.Installation installation =
        writer.install(
            1, new HardState(2, 3, 12), new SnapshotMetadata(10, 2, THREE), entries(2, 11, 12));
    assertThat(work.getFirst().getAsBoolean()).isFalse();
    assertThat(writer.isEmpty()).isFalse();

    installation.stateMachineHoldsIt();
    Random random = new Random(lastBefore);
    List<CrashableDisk> found = new ArrayList<>();
    disk.observe(
        () -> {
          found.add(disk.crash(random, Survival.NONE));
          found.add(disk.crash(random, Survival.ALL));
          found.add(disk.crash(random, Survival.PREFIX));
        });
    assertThat(work.getFirst().getAsBoolean()).isFalse();

    assertThat(durable).containsExactly(1L);
    assertThat(writer.isEmpty()).isTrue();

    for (CrashableDisk each : found) {
      assertThatCode(() -> open(each).wal().close()).doesNotThrowAnyException();
    }
    WalState state = open(disk.crash(random, Survival.NONE)).state();
    assertThat(WalLog.fromWal(state.hardState())).isEqualTo(new HardState(2, 3, 12));
    assertThat(state.entries()).extracting(Entry::index).containsExactly(11L, 12L);
  }

  /** Then what follows the snapshot is lost, and so must be that it was committed. */
  @Test
  void aMemberStopsWhileItsLogWaitsForTheSnapshot() throws InterruptedException {
    List<Member> founders = new ArrayList<>();
    for (long id = 1; id <= 3; id++) {
      founders.add(
          Member.newBuilder()
              .setID(id)
              .setRaftAttributes(RaftAttributes.newBuilder().addPeerUrls("http://m" + id))
              .build());
    }
    MemberSettings settings = MemberSettings.standalone(folder.resolve("member"));
    SystemEnvironment environment = new SystemEnvironment();
    OpenState open =
        new OpenState(
            settings,
            environment,
            new MemberMetrics(),
            () -> new Identity(5, 1, founders),
            revision -> {});
    CountDownLatch installing = new CountDownLatch(1);
    List<Consensus> started = new ArrayList<>();
    Consensus consensus =
        new Consensus(
            settings,
            environment,
            new NoPeers(),
            open,
            Queues.of(
                settings,
                environment,
                new NoPeers(),
                1,
                () -> started.getFirst().standing(),
                () -> started.getFirst().wake()),
            new Slow(installing),
            failure -> {});
    started.add(consensus);
    consensus.start();
    receive(consensus, new Message.InstallSnapshot(2, 1, 4, new SnapshotMetadata(500, 4, THREE)));
    installing.await();
    receive(consensus, new Message.AppendRequest(2, 1, 4, 500, 4, entries(4, 501, 505), 503));
    while (consensus.standing().commit() != 503) {
      Thread.onSpinWait();
    }
    // that more is committed waits for the next write
    receive(consensus, new Message.Heartbeat(2, 1, 4, 505, 0));
    consensus.finish();
    assertThat(consensus.standing().commit()).isEqualTo(505);

    assertThatCode(() -> open.flush(consensus.unwritten())).doesNotThrowAnyException();

    open.close();
    environment.close();
    environment.pool().shutdown();
    assertThat(environment.pool().awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    try (MemberStorage again =
        MemberStorage.open(settings, new SystemEnvironment(), () -> new Identity(5, 1, founders))) {
      assertThat(again.memoryLog(0, ConfState.EMPTY).lastIndex()).isEqualTo(3);
    }
  }

  private static void receive(Consensus consensus, Message message) throws InterruptedException {
    CountDownLatch taken = new CountDownLatch(1);
    consensus.submit(
        () -> {
          consensus.loop().received(List.of(message));
          taken.countDown();
        });
    taken.await();
  }

  /** Applies nothing, and never gets a snapshot installed. */
  private record Slow(CountDownLatch installing) implements Consensus.Outside {
    @Override
    public void apply(List<Entry> entries) {}

    @Override
    public void install(SnapshotMetadata snapshot, Runnable done) {
      installing.countDown();
    }

    @Override
    public void roleChanged(SoftState state, long term) {}

    @Override
    public void leads(long term) {}
  }
}
