package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The hand-over from catch-up when the delivery loop has moved on in between. Whole turns cannot be
 * interleaved so that this happens, real threads do.
 */
class DeliveryLoopTest {
  private final WatchBench bench = new WatchBench();
  private final MemoryStore store = bench.store;
  private final StepExecutor steps = new StepExecutor();
  private final StepExecutor catchUpSteps = new StepExecutor();
  private final List<Throwable> failures = new ArrayList<>();
  private final List<Long> joined = new ArrayList<>();
  private final RecordingSink sink = new RecordingSink();
  private final WatchStream stream = bench.hub.open(sink);

  private EventRing ring = new EventRing(Long.MAX_VALUE, 1);
  private DeliveryLoop delivery = loop();

  private DeliveryLoop loop() {
    EventHistory history = new EventHistory(ring, store);
    FanOut fanOut =
        new FanOut(
            history, new ResponseEncoder(1, 2, () -> 3), WatchSettings.DEFAULT.fragmentBytes());
    CatchUpLoop catchUp =
        new CatchUpLoop(
            history,
            fanOut,
            Long.MAX_VALUE,
            (watchers, next) -> joined.add(next),
            catchUpSteps,
            failures::add);
    return new DeliveryLoop(history, fanOut, Long.MAX_VALUE, catchUp, steps, failures::add);
  }

  private void publish(int revisions) {
    for (int i = 0; i < revisions; i++) {
      ring.append(List.of(store.put("a", "v" + i)), false);
    }
    delivery.wake();
    settle();
  }

  private void settle() {
    while (steps.step()) {
      assertThat(failures).isEmpty();
    }
  }

  private List<Long> received() {
    return sink.take().stream()
        .map(WatchResponse::getEventsList)
        .flatMap(List::stream)
        .map(event -> event.getKv().getModRevision())
        .toList();
  }

  private static List<Long> range(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @AfterEach
  void nothingFailed() {
    assertThat(failures).isEmpty();
  }

  @Test
  void whatWasDeliveredMeanwhileIsSentOnArrivalAndOnlyOnce() {
    publish(10);
    delivery.join(List.of(new Watcher(stream, Specs.key("a"), 0, 5)), 5);
    settle();
    assertThat(received()).isEqualTo(range(5, 11));
    publish(2);
    assertThat(received()).isEqualTo(range(12, 13));
  }

  @Test
  void arrivalAheadOfTheDeliveryGetsNothingTwice() {
    publish(3);
    delivery.join(List.of(new Watcher(stream, Specs.key("a"), 0, 7)), 7);
    settle();
    publish(4);
    assertThat(received()).isEqualTo(range(7, 8));
  }

  @Test
  void arrivalWhosePositionTheRingHasLostGoesBackToCatchUp() {
    ring = new EventRing(1, 1);
    delivery = loop();
    publish(10);
    delivery.join(List.of(new Watcher(stream, Specs.key("a"), 0, 5)), 5);
    settle();
    assertThat(received()).isEmpty();
    assertThat(catchUpSteps.step()).isTrue();
    assertThat(received()).isEqualTo(range(5, 11));
    assertThat(joined).containsExactly(12L);
  }

  @Test
  void arrivalTooFarBehindIsSentOneBatchAndGoesBackToCatchUp() {
    publish(1_500);
    delivery.join(List.of(new Watcher(stream, Specs.key("a"), 0, 2)), 2);
    settle();
    assertThat(received()).isEqualTo(range(2, 1_001));
    assertThat(catchUpSteps.step()).isTrue();
    assertThat(received()).isEqualTo(range(1_002, 1_501));
    assertThat(joined).containsExactly(1_502L);
  }

  @Test
  void arrivalThatIsNotReadyIsParkedAtItsFirstUnsentRevision() {
    publish(10);
    Watcher watcher = new Watcher(stream, Specs.key("a"), 0, 5);
    sink.stall(0);
    delivery.join(List.of(watcher), 5);
    settle();
    assertThat(received()).isEmpty();
    assertThat(watcher.group()).isNull();
    assertThat(watcher.next()).isEqualTo(5);
  }
}
