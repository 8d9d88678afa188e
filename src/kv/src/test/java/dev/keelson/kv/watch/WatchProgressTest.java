package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Progress on request and by tick (behaviour sheet 3.4, trap 17). */
class WatchProgressTest {
  private final WatchBench bench = new WatchBench(WatchSettings.DEFAULT, 4);
  private final RecordingSink sink = new RecordingSink();
  private final WatchStream stream = bench.hub.open(sink);

  private void create(WatchSpec spec) {
    stream.create(spec);
    bench.settle();
    sink.take();
  }

  private List<WatchResponse> progress() {
    stream.requestProgress();
    bench.settle();
    return sink.take();
  }

  @Test
  void trap17ManualProgressHasNoIdAndTheCurrentRevision() {
    create(Specs.key("a"));
    create(Specs.key("b"));
    bench.putNow("zzz", "1");
    List<WatchResponse> responses = progress();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getWatchId()).isEqualTo(-1);
    assertThat(responses.getFirst().getHeader().getRevision()).isEqualTo(6);
    assertThat(responses.getFirst().getEventsList()).isEmpty();
    assertThat(responses.getFirst().getCreated()).isFalse();
  }

  @Test
  void trap17ManualProgressNeverOvertakesEvents() {
    create(Specs.key("a"));
    bench.put("a", "1");
    bench.put("a", "2");
    stream.requestProgress();
    bench.put("a", "3");
    bench.settle();
    List<WatchResponse> responses = sink.take();
    long sent = 5;
    for (WatchResponse response : responses) {
      if (response.getEventsCount() > 0) {
        sent = response.getEvents(response.getEventsCount() - 1).getKv().getModRevision();
      } else {
        assertThat(response.getHeader().getRevision()).isEqualTo(sent).isGreaterThanOrEqualTo(7);
      }
    }
    assertThat(responses).hasSize(4);
  }

  @Test
  void trap17ManualProgressIsDroppedWhileAnyWatchIsUnsynced() {
    create(Specs.key("a"));
    stream.create(Specs.from(Specs.key("old"), 2));
    stream.requestProgress();
    while (bench.delivery.step()) {
      // The late watch waits for the catch-up loop, which does not run.
    }
    assertThat(sink.take()).noneMatch(response -> response.getWatchId() == -1);
    bench.settle();
    sink.take();
    assertThat(progress()).hasSize(1);
  }

  @Test
  void manualProgressWithoutWatchesIsNotAnswered() {
    assertThat(progress()).isEmpty();
    create(Specs.key("a"));
    stream.cancel(0);
    sink.take();
    assertThat(progress()).isEmpty();
  }

  @Test
  void manualProgressIsWithheldUntilTheStartRevisionIsReached() {
    create(Specs.from(Specs.key("a"), 6));
    assertThat(progress()).isEmpty();
    bench.putNow("zzz", "1");
    assertThat(progress()).hasSize(1);
  }

  @Test
  void manualProgressOnAnIdleStoreIsAnsweredForAWatchFromNow() {
    create(Specs.key("a"));
    List<WatchResponse> responses = progress();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getHeader().getRevision()).isEqualTo(5);
  }

  @Test
  void progressBelowWhatCreatedPromisedIsNotSent() {
    bench.store.put("a", "visible, not yet published");
    create(Specs.key("a"));
    assertThat(progress()).isEmpty();
    bench.publish(bench.store.at(6));
    bench.settle();
    assertThat(sink.take()).isEmpty();
    assertThat(progress().getFirst().getHeader().getRevision()).isEqualTo(6);
  }

  @Test
  void trap17PeriodicProgressGoesToNotifyingWatchesOnly() {
    create(Specs.notifying(Specs.key("a")));
    create(Specs.key("b"));
    bench.hub.progressTick();
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getWatchId()).isZero();
    assertThat(responses.getFirst().getHeader().getRevision()).isEqualTo(5);
    assertThat(responses.getFirst().getEventsList()).isEmpty();
  }

  @Test
  void trap17PeriodicProgressIsSuppressedAfterRecentEvents() {
    create(Specs.notifying(Specs.key("a")));
    bench.putNow("a", "1");
    sink.take();
    bench.hub.progressTick();
    bench.settle();
    assertThat(sink.take()).isEmpty();
    bench.hub.progressTick();
    bench.settle();
    assertThat(sink.take()).hasSize(1);
  }

  @Test
  void manualProgressCoversWhatWasPublishedWhenItWasAsked() {
    WatchBench small = new WatchBench(new WatchSettings(1 << 20, 500, 2 << 20), 0);
    WatchStream watching = small.hub.open(sink);
    watching.create(Specs.key("a"));
    small.settle();
    sink.take();
    for (int i = 0; i < 100; i++) {
      small.put("zzz", "v" + i);
    }
    watching.requestProgress();
    small.settle();
    assertThat(sink.take())
        .extracting(response -> response.getHeader().getRevision())
        .containsExactly(101L);
  }

  @Test
  void progressIsNotSentToASinkThatIsNotReady() {
    create(Specs.notifying(Specs.key("a")));
    sink.stall(0);
    bench.hub.progressTick();
    assertThat(progress()).isEmpty();
  }

  @Test
  void parkedWatchHoldsBackProgressUntilItsEventsAreOut() {
    create(Specs.key("a"));
    sink.stall(0);
    bench.putNow("a", "1");
    sink.resume();
    assertThat(progress()).isEmpty();
    stream.onReady();
    bench.settle();
    assertThat(sink.take()).hasSize(1);
    assertThat(progress()).hasSize(1);
  }
}
