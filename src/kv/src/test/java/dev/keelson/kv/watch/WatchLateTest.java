package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Slow clients, catch-up, compaction and snapshots (behaviour sheet 3.4, back-pressure). */
class WatchLateTest {
  private static final WatchSettings SMALL = new WatchSettings(4_000, 2_000, 2 << 20);

  private final RecordingSink sink = new RecordingSink();

  private WatchStream watching(WatchBench bench, WatchSpec spec) {
    WatchStream stream = bench.hub.open(sink);
    stream.create(spec);
    bench.settle();
    sink.take();
    return stream;
  }

  private static List<Long> revisions(List<WatchResponse> responses) {
    return responses.stream()
        .flatMap(response -> response.getEventsList().stream())
        .map(event -> event.getKv().getModRevision())
        .toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void sinkThatNeverBecomesReadyHoldsNoMoreThanItsBudgetAndOneResponse() {
    WatchBench bench = new WatchBench(SMALL, 0);
    WatchStream stream = watching(bench, Specs.key("a"));
    sink.stall(10_000);
    String value = "x".repeat(1_000);
    for (int i = 0; i < 2_000; i++) {
      bench.putNow("a", value);
    }
    assertThat(sink.unsentBytes()).isBetween(10_000L, 11_200L);
    assertThat(bench.hub.metrics().slowWatchers()).isEqualTo(1);
    assertThat(bench.hub.metrics().pendingEvents()).isZero();
    assertThat(bench.hub.history().ring().read(2_001 - 10, 1000, Long.MAX_VALUE)).isNull();

    sink.resume();
    stream.onReady();
    bench.settle();
    assertThat(revisions(sink.take())).isEqualTo(range(2, 2_001));
    assertThat(bench.hub.metrics().slowWatchers()).isZero();
  }

  @Test
  void slowWatchDoesNotHoldUpAnotherStream() {
    WatchBench bench = new WatchBench();
    watching(bench, Specs.key("a"));
    RecordingSink healthy = new RecordingSink();
    bench.hub.open(healthy).create(Specs.key("a"));
    bench.settle();
    healthy.take();
    sink.stall(0);
    bench.putNow("a", "1");
    assertThat(sink.take()).isEmpty();
    assertThat(healthy.take()).hasSize(1);
  }

  @Test
  void aResumedWatchIsSyncedAgainAndLive() {
    WatchBench bench = new WatchBench();
    WatchStream stream = watching(bench, Specs.key("a"));
    sink.stall(0);
    bench.putNow("a", "1");
    bench.putNow("a", "2");
    sink.resume();
    stream.onReady();
    bench.put("a", "3");
    bench.settle();
    bench.putNow("a", "4");
    assertThat(revisions(sink.take())).isEqualTo(range(2, 5));
  }

  @Test
  void compactionThatOvertakesASlowWatchCancelsIt() {
    WatchBench bench = new WatchBench(SMALL, 0);
    WatchStream stream = watching(bench, Specs.key("a"));
    sink.stall(0);
    bench.putNow("a", "1");
    bench.putNow("a", "2");
    bench.compact(3);
    sink.resume();
    stream.onReady();
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getCanceled()).isTrue();
    assertThat(responses.getFirst().getCompactRevision()).isEqualTo(3);
    assertThat(responses.getFirst().getHeader().getRevision()).isZero();
    assertThat(responses.getFirst().getCancelReason()).isEmpty();
    bench.putNow("a", "3");
    assertThat(sink.take()).isEmpty();
  }

  @Test
  void slowWatchAtTheCompactRevisionIsNotCanceled() {
    WatchBench bench = new WatchBench(SMALL, 0);
    WatchStream stream = watching(bench, Specs.key("a"));
    sink.stall(0);
    bench.putNow("a", "1");
    bench.putNow("a", "2");
    bench.compact(2);
    sink.resume();
    stream.onReady();
    bench.settle();
    assertThat(revisions(sink.take())).isEqualTo(range(2, 3));
  }

  @Test
  void syncedWatchIsNeverHitByCompaction() {
    WatchBench bench = new WatchBench();
    watching(bench, Specs.key("a"));
    for (int i = 0; i < 50; i++) {
      bench.put("a", "v" + i);
    }
    bench.compact(51);
    bench.settle();
    assertThat(revisions(sink.take())).isEqualTo(range(2, 51));
  }

  @Test
  void compactionBetweenTheCheckAndTheReadCancelsToo() {
    WatchBench bench = new WatchBench(SMALL, 20);
    WatchStream stream = bench.hub.open(sink);
    stream.create(Specs.from(Specs.key("old"), 5));
    bench.store.compact(10);
    bench.settle();
    assertThat(sink.take().getLast().getCompactRevision()).isEqualTo(10);
  }

  @Test
  void deliveryOverrunByTheRingResumesFromTheLog() {
    WatchBench bench = new WatchBench(SMALL, 0);
    watching(bench, Specs.key("a"));
    for (int i = 0; i < 500; i++) {
      bench.put("a", "v" + i);
    }
    bench.settle();
    assertThat(revisions(sink.take())).isEqualTo(range(2, 501));
    assertThat(bench.store.reads()).isPositive();
    bench.putNow("a", "live again");
    assertThat(sink.take()).hasSize(1);
  }

  @Test
  void snapshotInstalledLosesAndRepeatsNothing() {
    WatchBench bench = new WatchBench();
    WatchStream stream = watching(bench, Specs.key("a"));
    bench.putNow("a", "1");
    bench.put("a", "2, published, not yet delivered");
    bench.store.put("a", "3, only in the snapshot");
    bench.store.put("a", "4, only in the snapshot");
    bench.hub.reset();
    while (bench.delivery.step()) {
      // Only the delivery loop: the watch is unsynced now.
    }
    stream.requestProgress();
    while (bench.delivery.step()) {
      // The request is dropped.
    }
    assertThat(bench.hub.metrics().slowWatchers()).isEqualTo(1);
    bench.settle();
    bench.putNow("a", "5");
    List<WatchResponse> responses = sink.take();
    assertThat(revisions(responses)).isEqualTo(range(2, 6));
    assertThat(responses).noneMatch(response -> response.getWatchId() == -1);
  }

  @Test
  void thousandWatchesFromTheSameRevisionShareOneReadPerBatch() {
    WatchBench bench = new WatchBench(new WatchSettings(32 << 20, 10_000, 2 << 20), 400);
    List<RecordingSink> sinks = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      RecordingSink each = new RecordingSink();
      sinks.add(each);
      bench.hub.open(each).create(Specs.from(Specs.key("old"), 2 + i % 10));
    }
    bench.settle();
    assertThat(bench.store.reads()).isBetween(2, 12);
    for (int i = 0; i < sinks.size(); i++) {
      assertThat(revisions(sinks.get(i).take())).hasSize(400 - i % 10).endsWith(401L);
    }
  }

  @Test
  void watchFarBehindDoesNotHoldUpOneNearTheHead() {
    WatchBench bench = new WatchBench(SMALL, 20_000);
    bench.hub.open(new RecordingSink()).create(Specs.from(Specs.key("old"), 2));
    bench.hub.open(sink).create(Specs.from(Specs.key("old"), 19_995));
    while (bench.delivery.step()) {
      // Both go to the catch-up loop.
    }
    for (int i = 0; i < 4; i++) {
      bench.catchUp.step();
    }
    assertThat(revisions(sink.take())).isEqualTo(range(19_995, 20_001));
    assertThat(bench.hub.metrics().slowWatchers()).isEqualTo(2);
    while (bench.delivery.step()) {
      // The near one joins.
    }
    assertThat(bench.hub.metrics().slowWatchers()).isEqualTo(1);
  }

  @Test
  void thousandWatchersShareTheBytesOfAnEvent() {
    WatchBench bench = new WatchBench();
    List<RecordingSink> sinks = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      RecordingSink each = new RecordingSink();
      sinks.add(each);
      WatchStream stream = bench.hub.open(each);
      stream.create(i % 2 == 0 ? Specs.key("a") : Specs.range("a", "b"));
    }
    bench.settle();
    sinks.forEach(RecordingSink::take);
    bench.putNow("a", "value");
    byte[] shared = sinks.getFirst().frames().getFirst().eventBytes(0);
    for (RecordingSink each : sinks) {
      assertThat(each.frames()).hasSize(1);
      assertThat(each.frames().getFirst().eventBytes(0)).isSameAs(shared);
    }
    assertThat(bench.hub.metrics().eventsSent()).isEqualTo(1_000);
  }

  @Test
  void publicationWithAGapIsRefused() {
    WatchBench bench = new WatchBench();
    bench.store.put("a", "never published");
    assertThatIllegalStateException()
        .isThrownBy(() -> bench.put("a", "2"))
        .withMessageContaining("published revision 3 after 1");
  }

  @Test
  void failedLoopIsReportedOnceAndStops() {
    List<Throwable> failures = new ArrayList<>();
    StepExecutor executor = new StepExecutor();
    IllegalStateException defect = new IllegalStateException("defect");
    SerialLoop loop =
        new SerialLoop(
            executor,
            () -> {
              throw defect;
            },
            failures::add);
    loop.wake();
    assertThat(executor.step()).isTrue();
    loop.wake();
    assertThat(executor.step()).isFalse();
    assertThat(failures).containsExactly(defect);
  }
}
