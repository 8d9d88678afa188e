package dev.keelson.server.it;

import static dev.keelson.server.it.StorageClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.sim.process.ServerProcess;
import dev.keelson.sim.process.ServerProgram;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What API servers newer than the one of {@link KubernetesIT} expect of the store, asked as they
 * ask; and of etcd, which shows that the expectations are right.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("stores")
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KubernetesStorageIT {
  private static final int MANY = 10_000;
  private static final int OBJECTS_PER_LEASE = 1000;

  /** Long enough to put a thousand objects under it on a busy machine. */
  private static final long LEASE_SECONDS = 15;

  private static final String COMPACTED = "etcdserver: mvcc: required revision has been compacted";

  private final ManagedChannel channel;
  private final ServerProgram program;
  private final StorageClient store;

  KubernetesStorageIT(Store store) {
    this.program = store.program;
    this.channel = Servers.connect(store.server);
    this.store = new StorageClient(channel);
  }

  /** One server for all tests; each has a prefix of its own. */
  static final class Store implements AutoCloseable {
    private final ServerProgram program;
    private final ServerProcess server;

    Store(ServerProgram program) {
      this.program = program;
      this.server =
          new ServerProcess(
              program, List.of("--experimental-watch-progress-notify-interval=500ms"));
    }

    @Override
    public void close() {
      server.close();
    }

    @Override
    public String toString() {
      return program.name();
    }
  }

  static Stream<Store> stores() {
    return Stream.of(ServerProgram.keelson(), ServerProgram.etcd())
        .flatMap(Optional::stream)
        .map(Store::new);
  }

  @BeforeParameterizedClassInvocation
  static void start(Store store) throws InterruptedException {
    store.server.start();
  }

  @AfterEach
  void disconnect() {
    channel.shutdownNow();
  }

  private long created(String key) {
    TxnResponse answer = store.create(key, "value", 0);
    assertThat(answer.getSucceeded()).isTrue();
    return answer.getHeader().getRevision();
  }

  @Test
  void anObjectIsCreatedOnceAndBothHeadersTellItsVersion() {
    TxnResponse first = store.create("/create/a", "1", 0);
    assertThat(first.getSucceeded()).isTrue();
    assertThat(first.getResponses(0).getResponsePut().getHeader().getRevision())
        .isEqualTo(first.getHeader().getRevision());
    TxnResponse second = store.create("/create/a", "2", 0);
    assertThat(second.getSucceeded()).isFalse();
    assertThat(second.getResponsesCount()).isZero();
    assertThat(second.getHeader().getRevision()).isEqualTo(first.getHeader().getRevision());
  }

  @Test
  void anUpdateOfAnOldVersionIsToldTheNewOne() {
    long version = created("/update/a");
    TxnResponse won = store.update("/update/a", version, "won");
    assertThat(won.getSucceeded()).isTrue();
    assertThat(won.getHeader().getRevision()).isEqualTo(version + 1);
    TxnResponse lost = store.update("/update/a", version, "lost");
    assertThat(lost.getSucceeded()).isFalse();
    KeyValue there = lost.getResponses(0).getResponseRange().getKvs(0);
    assertThat(there.getValue()).isEqualTo(bytes("won"));
    assertThat(there.getModRevision()).isEqualTo(won.getHeader().getRevision());

    assertThat(store.delete("/update/a", version).getSucceeded()).isFalse();
    TxnResponse gone = store.delete("/update/a", version + 1);
    assertThat(gone.getSucceeded()).isTrue();
    assertThat(gone.getResponses(0).getResponseDeleteRange().getHeader().getRevision())
        .isEqualTo(gone.getHeader().getRevision())
        .isEqualTo(version + 2);
    TxnResponse again = store.update("/update/a", version + 1, "late");
    assertThat(again.getSucceeded()).isFalse();
    assertThat(again.getResponses(0).getResponseRange().getKvsCount()).isZero();
  }

  @Test
  void pagesAreOfOneRevisionWhateverIsWrittenBetweenThem() {
    for (int i = 0; i < 25; i++) {
      created("/pages/%02d".formatted(i));
    }
    assertThat(store.count("/pages/")).isEqualTo(25);
    RangeResponse first = store.page("/pages/", ByteString.EMPTY, 10, 0);
    long revision = first.getHeader().getRevision();
    assertThat(first.getMore()).isTrue();
    assertThat(first.getCount()).isEqualTo(25);
    created("/pages/zz");
    KeyValue deleted = first.getKvs(9);
    assertThat(
            store.delete(deleted.getKey().toStringUtf8(), deleted.getModRevision()).getSucceeded())
        .isTrue();

    RangeResponse second = store.page("/pages/", deleted.getKey(), 10, revision);
    assertThat(second.getCount() - second.getKvsCount()).as("remaining").isEqualTo(5);
    assertThat(second.getKvs(0).getKey()).isEqualTo(bytes("/pages/10"));
    store.compact(store.currentRevision("/pages/"));
    StatusRuntimeException late =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> store.page("/pages/", second.getKvs(9).getKey(), 10, revision));
    assertThat(late.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
    assertThat(late.getStatus().getDescription()).isEqualTo(COMPACTED);
  }

  @Test
  void aLargeListAndAWatchFromItsRevisionMissNothing() throws InterruptedException {
    String prefix = "/large/";
    createMany(prefix, 0, MANY, 0);
    long last = store.currentRevision(prefix);
    assertThat(store.count(prefix)).isEqualTo(MANY);
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer = Thread.ofPlatform().start(() -> churn(prefix, stop));
    try {
      RangeResponse list = store.list(prefix, 0);
      long revision = list.getHeader().getRevision();
      assertThat(revision).isGreaterThanOrEqualTo(last);
      assertThat(list.getKvsList()).allMatch(row -> row.getModRevision() <= revision);
      assertThat(store.listLarge(prefix, revision)).isEqualTo(list.getKvsList());
      try (StorageWatch watch = new StorageWatch(channel, prefix, revision, list.getKvsList())) {
        watch.awaitEvents(100);
        for (int i = 0; i < 10; i++) {
          long now = store.currentRevision(prefix);
          watch.readAt(now);
        }
        stop.set(true);
        writer.join();
        RangeResponse end = store.list(prefix, 0);
        assertThat(List.copyOf(watch.readAt(end.getHeader().getRevision()).values()))
            .isEqualTo(end.getKvsList());
      }
    } finally {
      stop.set(true);
      writer.join();
    }
  }

  private void createMany(String prefix, int from, int to, long lease) throws InterruptedException {
    AtomicInteger next = new AtomicInteger(from);
    AtomicInteger made = new AtomicInteger(from);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = next.getAndIncrement(); i < to; i = next.getAndIncrement()) {
                      if (store.create(prefix + i, "value", lease).getSucceeded()) {
                        made.incrementAndGet();
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(made).hasValue(to);
  }

  /** Changes, deletes and creates the first keys, over and over. */
  private void churn(String prefix, AtomicBoolean stop) {
    for (int i = 0; !stop.get(); i++) {
      String key = prefix + i % 10;
      KeyValue row =
          store.update(key, -1, "never").getResponses(0).getResponseRange().getKvsList().stream()
              .findFirst()
              .orElse(KeyValue.getDefaultInstance());
      TxnResponse done =
          switch (i / 10 % 3) {
            case 0 -> store.update(key, row.getModRevision(), "changed " + i);
            case 1 -> store.delete(key, row.getModRevision());
            default -> store.create(key, "again " + i, 0);
          };
      assertThat(done.getSucceeded()).isTrue();
    }
  }

  @Test
  void progressOnRequestMakesACacheConsistent() throws InterruptedException {
    String prefix = "/cached/";
    long start = created(prefix + "a");
    try (StorageWatch watch =
        new StorageWatch(channel, prefix, start, store.list(prefix, start).getKvsList())) {
      watch.awaitCreated();
      for (int i = 0; i < 20; i++) {
        // nothing for this watch, but the store has moved
        long other = created("/elsewhere/" + i);
        long own = i % 4 == 0 ? created(prefix + i) : start;
        long now = store.currentRevision(prefix);
        assertThat(now).isGreaterThanOrEqualTo(Math.max(other, own));
        assertThat(List.copyOf(watch.readAt(now).values()))
            .isEqualTo(store.list(prefix, now).getKvsList());
      }
      assertThat(watch.answers()).isPositive();
    }
  }

  @Test
  void anIdleWatchIsToldHowFarItIs() throws InterruptedException {
    long start = created("/idle/a");
    try (StorageWatch watch =
        new StorageWatch(channel, "/idle/", start, store.list("/idle/", start).getKvsList())) {
      assertThat(watch.awaitCreated().getWatchId()).isZero();
      watch.awaitTold(created("/busy/a"));
      watch.awaitTold(created("/busy/b"));
      assertThat(watch.answers()).isZero();
      long own = created("/idle/b");
      assertThat(watch.awaitEvents(1).getFirst().getKv().getModRevision()).isEqualTo(own);
    }
  }

  @Test
  void objectsShareLeasesAndGoWithThem() throws InterruptedException {
    String prefix = "/leased/";
    long start = store.currentRevision(prefix);
    try (StorageWatch watch = new StorageWatch(channel, prefix, start, List.of())) {
      Set<Long> leases = new HashSet<>();
      int objects = 2 * OBJECTS_PER_LEASE + 1;
      for (int first = 0; first < objects; first += OBJECTS_PER_LEASE) {
        long lease = store.grant(LEASE_SECONDS);
        leases.add(lease);
        createMany(prefix, first, Math.min(first + OBJECTS_PER_LEASE, objects), lease);
      }
      List<Event> events = watch.awaitEvents(2 * objects);
      Set<Long> ends = new HashSet<>();
      for (Event event : events.subList(objects, 2 * objects)) {
        assertThat(event.getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(event.getPrevKv().getLease()).isIn(leases);
        ends.add(event.getKv().getModRevision());
      }
      assertThat(ends).as("one revision for each lease").hasSize(leases.size());
      assertThat(store.count(prefix)).isZero();
    }
  }

  @Test
  void oneOfSeveralApiServersCompacts() throws InterruptedException {
    String prefix = "/compacted/";
    long old = created(prefix + "a");
    KeyValue row = store.list(prefix, 0).getKvs(0);
    for (int i = 0; i < 10; i++) {
      created(prefix + "more-" + i);
    }
    long goal = store.currentRevision(prefix);
    // both begin without knowing the key; the loser learns version and revision
    TxnResponse unknown = store.claimCompaction(-1, 0);
    long version =
        unknown.getResponses(0).getResponseRange().getKvsList().stream()
            .mapToLong(KeyValue::getVersion)
            .findFirst()
            .orElse(0);
    assertThat(store.claimCompaction(version, goal).getSucceeded()).isTrue();
    TxnResponse lost = store.claimCompaction(version, goal - 1);
    assertThat(lost.getSucceeded()).isFalse();
    KeyValue agreed = lost.getResponses(0).getResponseRange().getKvs(0);
    assertThat(agreed.getVersion()).isEqualTo(version + 1);
    assertThat(agreed.getValue()).isEqualTo(bytes(Long.toString(goal)));
    store.compact(goal);
    StatusRuntimeException twice =
        catchThrowableOfType(StatusRuntimeException.class, () -> store.compact(goal));
    assertThat(twice.getStatus().getDescription()).isEqualTo(COMPACTED);

    try (StorageWatch late = new StorageWatch(channel, prefix, old, List.of(row))) {
      WatchResponse canceled = late.awaitCanceled();
      assertThat(late.awaitCreated().getWatchId()).isEqualTo(canceled.getWatchId());
      assertThat(canceled.getCompactRevision()).isEqualTo(goal);
    }
    RangeResponse list = store.list(prefix, 0);
    try (StorageWatch inTime = new StorageWatch(channel, prefix, goal, list.getKvsList())) {
      long next = created(prefix + "next");
      assertThat(inTime.awaitEvents(1).getFirst().getKv().getModRevision()).isEqualTo(next);
    }
  }

  @Test
  void theVersionPromisesProgressOnRequest() {
    int[] version =
        Stream.of(store.version().split("[.-]", -1)).limit(3).mapToInt(Integer::parseInt).toArray();
    // unsupported: below 3.4.25, and 3.5.0 to 3.5.7
    boolean supported =
        version[0] > 3
            || (version[1] == 4 && version[2] >= 25)
            || (version[1] == 5 && version[2] >= 8)
            || version[1] > 5;
    assertThat(supported).as(store.version()).isTrue();
  }

  @Test
  void aWatchThatRequiresALeaderEndsWithoutOne() throws InterruptedException {
    List<ServerProcess> members = ServerProcess.cluster(program, 3, List.of());
    try {
      members.forEach(ServerProcess::launch);
      for (ServerProcess member : members) {
        member.awaitReady();
      }
      ManagedChannel toFirst = Servers.connect(members.getFirst());
      try (StorageWatch watch = new StorageWatch(toFirst, "/any/", 1, List.of())) {
        watch.awaitCreated();
        members.get(1).kill();
        members.get(2).kill();
        Status end = watch.awaitEnd();
        assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(end.getDescription()).isEqualTo("etcdserver: no leader");
      } finally {
        toFirst.shutdownNow();
      }
    } finally {
      members.forEach(ServerProcess::close);
    }
  }
}
