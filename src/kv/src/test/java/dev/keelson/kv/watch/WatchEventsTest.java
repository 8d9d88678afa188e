package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.kv.watch.MemoryStore.Change;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What events look like and how they are batched (behaviour sheet 3.4, traps 16, 18 and 19). */
class WatchEventsTest {
  private final WatchBench bench = new WatchBench();
  private final RecordingSink sink = new RecordingSink();
  private final WatchStream stream = bench.hub.open(sink);

  private void create(WatchSpec spec) {
    stream.create(spec);
    bench.settle();
    assertThat(sink.take().getFirst().getCreated()).isTrue();
  }

  @Test
  void trap16LiveIsOneResponsePerRevisionWithTheWholeTransactionInOrder() {
    create(Specs.everything());
    bench.txn(Change.put("c", "1"), Change.put("a", "1"), Change.put("b", "1"));
    bench.put("a", "2");
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(2);
    assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(2);
    assertThat(responses.get(0).getEventsList())
        .extracting(event -> event.getKv().getKey().toStringUtf8())
        .containsExactly("c", "a", "b");
    assertThat(responses.get(1).getHeader().getRevision()).isEqualTo(3);
    assertThat(responses).noneMatch(WatchResponse::getFragment);
  }

  @Test
  void trap16CatchUpPutsWholeRevisionsTogetherWithTheCurrentRevision() {
    for (int i = 0; i < 2500; i++) {
      bench.txn(Change.put("a", "v" + i), Change.put("b", "v" + i));
    }
    bench.settle();
    stream.create(Specs.from(Specs.everything(), 2));
    bench.settle();
    List<WatchResponse> responses = sink.take();
    responses.removeFirst();
    assertThat(responses).hasSizeBetween(3, 20);
    long expected = 2;
    for (WatchResponse response : responses) {
      assertThat(response.getHeader().getRevision()).isEqualTo(2501);
      assertThat(response.getEventsCount()).isEven().isLessThanOrEqualTo(2000);
      for (int i = 0; i < response.getEventsCount(); i += 2) {
        assertThat(response.getEvents(i).getKv().getModRevision()).isEqualTo(expected);
        assertThat(response.getEvents(i + 1).getKv().getModRevision()).isEqualTo(expected);
        expected++;
      }
    }
    assertThat(expected).isEqualTo(2502);
  }

  @Test
  void trap16LaggingDeliveryPutsRevisionsTogetherToo() {
    create(Specs.key("a"));
    for (int i = 0; i < 200; i++) {
      bench.put("a", "v" + i);
    }
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getHeader().getRevision()).isEqualTo(201);
    assertThat(responses.getFirst().getEventsCount()).isEqualTo(200);
  }

  @Test
  void trap16LargeResponseStaysWholeWithoutTheFragmentOption() {
    create(Specs.everything());
    bench.publish(bench.store.commit(largeTransaction(6)));
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getSerializedSize()).isGreaterThan(2 << 20);
    assertThat(responses.getFirst().getFragment()).isFalse();
  }

  @Test
  void trap16FragmentsStayBelowTheLimitAndRejoin() {
    create(Specs.fragmented(Specs.everything()));
    bench.publish(bench.store.commit(largeTransaction(12)));
    bench.settle();
    List<WatchResponse> parts = sink.take();
    assertThat(parts).hasSizeGreaterThan(2);
    List<String> keys = new ArrayList<>();
    for (WatchResponse part : parts) {
      assertThat(part.getSerializedSize()).isLessThan((int) WatchSettings.DEFAULT.fragmentBytes());
      assertThat(part.getHeader().getRevision()).isEqualTo(2);
      assertThat(part.getFragment()).isEqualTo(!part.equals(parts.getLast()));
      part.getEventsList().forEach(event -> keys.add(event.getKv().getKey().toStringUtf8()));
    }
    assertThat(keys).hasSize(12).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void singleEventIsNeverFragmented() {
    create(Specs.fragmented(Specs.key("a")));
    bench.putNow("a", "x".repeat(3 << 20));
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getFragment()).isFalse();
  }

  @Test
  void trap18PutCarriesTheWholeRowAndDeleteOnlyKeyAndRevision() {
    create(Specs.key("a"));
    bench.put("a", "1");
    bench.put("a", "2");
    bench.delete("a");
    bench.settle();
    List<Event> events = events();
    KeyValue put = events.get(1).getKv();
    assertThat(put.getCreateRevision()).isEqualTo(2);
    assertThat(put.getModRevision()).isEqualTo(3);
    assertThat(put.getVersion()).isEqualTo(2);
    assertThat(put.getValue().toStringUtf8()).isEqualTo("2");
    assertThat(events.get(2).getType()).isEqualTo(Event.EventType.DELETE);
    assertThat(events.get(2).getKv())
        .isEqualTo(KeyValue.newBuilder().setKey(put.getKey()).setModRevision(4).build());
    assertThat(events).noneMatch(Event::hasPrevKv);
  }

  @Test
  void trap18PrevKvIsTheReplacedRowAndAbsentForCreations() {
    create(Specs.withPrevious(Specs.key("a")));
    bench.put("a", "1");
    bench.put("a", "2");
    bench.delete("a");
    bench.put("a", "3");
    bench.settle();
    List<Event> events = events();
    assertThat(events.get(0).hasPrevKv()).isFalse();
    assertThat(events.get(1).getPrevKv().getValue().toStringUtf8()).isEqualTo("1");
    assertThat(events.get(2).getPrevKv().getValue().toStringUtf8()).isEqualTo("2");
    assertThat(events.get(2).getPrevKv().getModRevision()).isEqualTo(3);
    assertThat(events.get(3).hasPrevKv()).isFalse();
  }

  @Test
  void trap18PrevKvIsAbsentWhenItsRevisionIsCompactedEvenIfTheRingStillHasIt() {
    bench.put("a", "1");
    bench.put("a", "2");
    bench.put("a", "3");
    bench.settle();
    bench.compact(3);
    stream.create(Specs.withPrevious(Specs.from(Specs.key("a"), 3)));
    bench.settle();
    List<WatchResponse> responses = sink.take();
    List<Event> events = responses.get(1).getEventsList();
    assertThat(events).hasSize(2);
    assertThat(events.get(0).hasPrevKv()).isFalse();
    assertThat(events.get(1).getPrevKv().getValue().toStringUtf8()).isEqualTo("2");
  }

  @Test
  void prevKvFromBeforeTheHubStartedComesFromTheLog() {
    WatchBench restarted = new WatchBench(WatchSettings.DEFAULT, 3);
    RecordingSink other = new RecordingSink();
    restarted.hub.open(other).create(Specs.withPrevious(Specs.key("old")));
    restarted.settle();
    restarted.putNow("old", "new");
    assertThat(other.take().getLast().getEvents(0).getPrevKv().getValue().toStringUtf8())
        .isEqualTo("v2");
  }

  @Test
  void trap19FutureStartSeesNothingOlderAndNoProgressBeforeIt() {
    create(Specs.notifying(Specs.from(Specs.key("a"), 5)));
    bench.put("a", "2");
    bench.put("a", "3");
    bench.settle();
    stream.requestProgress();
    bench.hub.progressTick();
    bench.settle();
    assertThat(sink.take()).isEmpty();
    bench.put("a", "4");
    bench.put("a", "5");
    bench.put("a", "6");
    bench.settle();
    assertThat(events()).extracting(e -> e.getKv().getModRevision()).containsExactly(5L, 6L);
    stream.requestProgress();
    bench.settle();
    assertThat(sink.take()).hasSize(1);
  }

  @Test
  void futureStartInsideALaggingBatchGetsOnlyItsPart() {
    create(Specs.key("a"));
    stream.create(Specs.from(Specs.key("a"), 40));
    bench.settle();
    sink.take();
    for (int i = 0; i < 60; i++) {
      bench.put("a", "v" + i);
    }
    bench.settle();
    assertThat(sink.take())
        .extracting(WatchResponse::getWatchId, WatchResponse::getEventsCount)
        .containsExactlyInAnyOrder(tuple(0L, 60), tuple(1L, 22));
  }

  @Test
  void filtersDropTheirKindAndAnEmptyBatchIsNotSent() {
    create(Specs.options(Specs.key("a"), false, true, false, false));
    stream.create(Specs.options(Specs.key("a"), false, false, true, false));
    stream.create(Specs.options(Specs.key("a"), false, true, true, false));
    bench.settle();
    sink.take();
    bench.putNow("a", "1");
    assertThat(sink.take()).extracting(WatchResponse::getWatchId).containsExactly(1L);
    bench.delete("a");
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).extracting(WatchResponse::getWatchId).containsExactly(0L);
    assertThat(responses.getFirst().getEvents(0).getType()).isEqualTo(Event.EventType.DELETE);
  }

  private List<Event> events() {
    return sink.take().stream().flatMap(response -> response.getEventsList().stream()).toList();
  }

  private static Change[] largeTransaction(int puts) {
    Change[] changes = new Change[puts];
    for (int i = 0; i < puts; i++) {
      changes[i] = Change.put("key-%03d".formatted(i), "x".repeat(500 << 10));
    }
    return changes;
  }
}
