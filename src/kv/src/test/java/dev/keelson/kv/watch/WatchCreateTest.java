package dev.keelson.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.keelson.proto.etcdserverpb.WatchResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Creation, start revisions and cancellation (etcd behaviour sheet, 3.4 and traps 13 to 15, 20).
 */
class WatchCreateTest {
  private final WatchBench bench = new WatchBench(WatchSettings.DEFAULT, 4);
  private final RecordingSink sink = new RecordingSink();
  private final WatchStream stream = bench.hub.open(sink);

  private WatchResponse createOne(WatchSpec spec) {
    stream.create(spec);
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).isNotEmpty();
    return responses.getFirst();
  }

  private void assertRefused(WatchResponse response, String reason) {
    assertThat(response.getCreated()).isTrue();
    assertThat(response.getCanceled()).isTrue();
    assertThat(response.getWatchId()).isEqualTo(-1);
    assertThat(response.getCancelReason()).isEqualTo(reason);
    assertThat(response.getHeader().getRevision()).isEqualTo(5);
    assertThat(response.getCompactRevision()).isZero();
  }

  @Test
  void createdComesFirstWithTheCurrentRevisionAndTheHeaderIds() {
    WatchResponse created = createOne(Specs.key("a"));
    assertThat(created.getCreated()).isTrue();
    assertThat(created.getCanceled()).isFalse();
    assertThat(created.getHeader().getRevision()).isEqualTo(5);
    assertThat(created.getHeader().getClusterId()).isEqualTo(WatchBench.CLUSTER);
    assertThat(created.getHeader().getMemberId()).isEqualTo(WatchBench.MEMBER);
    assertThat(created.getHeader().getRaftTerm()).isEqualTo(WatchBench.TERM);
  }

  @Test
  void trap13EmptyRangeIsCreatedAndCanceledUnderNoIdAndTheStreamSurvives() {
    assertRefused(createOne(Specs.range("b", "a")), "mvcc: watcher range is empty");
    assertRefused(createOne(Specs.range("b", "b")), "mvcc: watcher range is empty");
    assertThat(createOne(Specs.key("a")).getWatchId()).isZero();
  }

  @Test
  void trap13DuplicateIdIsRefusedAndTheFirstWatchLives() {
    assertThat(createOne(Specs.id(Specs.key("a"), 7)).getWatchId()).isEqualTo(7);
    assertRefused(
        createOne(Specs.id(Specs.key("b"), 7)),
        "mvcc: duplicate watch ID provided on the WatchStream");
    bench.putNow("a", "1");
    assertThat(sink.take()).hasSize(1);
  }

  @Test
  void trap13NegativeStartRevisionIsRefused() {
    assertRefused(
        createOne(Specs.from(Specs.key("a"), -1)),
        "etcdserver: mvcc: required revision has been compacted");
  }

  @Test
  void trap13RefusalByAuthKeepsTheText() {
    String reason = "rpc error: code = PermissionDenied desc = etcdserver: permission denied";
    stream.refuse(reason);
    assertRefused(sink.take().getFirst(), reason);
    assertThat(createOne(Specs.key("a")).getCanceled()).isFalse();
  }

  @Test
  void trap14CompactedStartIsCreatedThenCanceledWithoutRevisionOrReason() {
    bench.compact(4);
    stream.create(Specs.from(Specs.key("old"), 3));
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(2);
    assertThat(responses.get(0).getCreated()).isTrue();
    assertThat(responses.get(0).getCanceled()).isFalse();
    WatchResponse canceled = responses.get(1);
    assertThat(canceled.getCreated()).isFalse();
    assertThat(canceled.getCanceled()).isTrue();
    assertThat(canceled.getWatchId()).isEqualTo(responses.get(0).getWatchId());
    assertThat(canceled.getCompactRevision()).isEqualTo(4);
    assertThat(canceled.getHeader().getRevision()).isZero();
    assertThat(canceled.getHeader().getClusterId()).isEqualTo(WatchBench.CLUSTER);
    assertThat(canceled.getCancelReason()).isEmpty();
    assertThat(canceled.getEventsList()).isEmpty();
    assertThat(bench.hub.metrics().watchers()).isZero();
  }

  @Test
  void afterACompactionCancelTheClientsCancelIsStillAnswered() {
    bench.compact(4);
    stream.create(Specs.from(Specs.key("old"), 2));
    bench.settle();
    sink.take();
    stream.cancel(0);
    WatchResponse canceled = sink.take().getFirst();
    assertThat(canceled.getCanceled()).isTrue();
    assertThat(canceled.getCompactRevision()).isZero();
    assertThat(canceled.getHeader().getRevision()).isEqualTo(5);
    stream.cancel(0);
    assertThat(sink.take()).isEmpty();
  }

  @Test
  void startAtTheCompactRevisionDeliversTheDeleteAtIt() {
    bench.delete("old");
    bench.settle();
    bench.compact(6);
    stream.create(Specs.from(Specs.key("old"), 6));
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(2);
    assertThat(responses.get(1).getCanceled()).isFalse();
    assertThat(responses.get(1).getEvents(0).getKv().getModRevision()).isEqualTo(6);
    assertThat(responses.get(1).getEvents(0).getTypeValue()).isEqualTo(1);
  }

  @Test
  void startAtARevisionWithoutEventsIsLiveAndTheLoopsRest() {
    WatchBench empty = new WatchBench();
    WatchStream young = empty.hub.open(sink);
    young.create(Specs.from(Specs.key("a"), 1));
    for (int i = 0; i < 20; i++) {
      empty.delivery.step();
      empty.catchUp.step();
    }
    assertThat(empty.delivery.step() || empty.catchUp.step()).isFalse();
    assertThat(sink.take()).hasSize(1);
    young.requestProgress();
    empty.settle();
    assertThat(sink.take().getFirst().getHeader().getRevision()).isEqualTo(1);
    empty.putNow("a", "1");
    assertThat(sink.take().getFirst().getEvents(0).getKv().getModRevision()).isEqualTo(2);
  }

  @Test
  void trap15FirstAutomaticIdIsZeroPerStreamAndIdsInUseAreSkipped() {
    assertThat(createOne(Specs.key("a")).getWatchId()).isZero();
    assertThat(createOne(Specs.id(Specs.key("a"), 1)).getWatchId()).isEqualTo(1);
    assertThat(createOne(Specs.key("a")).getWatchId()).isEqualTo(2);
    RecordingSink otherSink = new RecordingSink();
    bench.hub.open(otherSink).create(Specs.key("a"));
    assertThat(otherSink.take().getFirst().getWatchId()).isZero();
  }

  @Test
  void trap15AutomaticIdsAreNotReusedButExplicitOnesAreAfterCancel() {
    createOne(Specs.key("a"));
    createOne(Specs.id(Specs.key("a"), 9));
    stream.cancel(0);
    stream.cancel(9);
    sink.take();
    assertThat(createOne(Specs.key("a")).getWatchId()).isEqualTo(1);
    assertThat(createOne(Specs.id(Specs.key("a"), 9)).getWatchId()).isEqualTo(9);
  }

  @Test
  void trap20EmptyRangeEndIsTheSingleKey() {
    stream.create(Specs.key("b"));
    bench.settle();
    sink.take();
    bench.txn(
        MemoryStore.Change.put("a", "1"),
        MemoryStore.Change.put("b", "1"),
        MemoryStore.Change.put("bb", "1"),
        MemoryStore.Change.put("c", "1"));
    bench.settle();
    assertThat(sink.take().getFirst().getEventsList())
        .extracting(event -> event.getKv().getKey().toStringUtf8())
        .containsExactly("b");
  }

  @Test
  void emptyKeyIsTheSmallestKeyAndZeroByteEndIsFromKeyUpward() {
    stream.create(Specs.everything());
    stream.create(Specs.fromKey("b"));
    stream.create(Specs.key(""));
    bench.settle();
    sink.take();
    bench.txn(
        MemoryStore.Change.put("\0", "1"),
        MemoryStore.Change.put("a", "1"),
        MemoryStore.Change.put("b", "1"),
        MemoryStore.Change.put("z", "1"));
    bench.settle();
    assertThat(sink.take())
        .extracting(WatchResponse::getWatchId, WatchResponse::getEventsCount)
        .containsExactlyInAnyOrder(tuple(0L, 4), tuple(1L, 2), tuple(2L, 1));
  }

  @Test
  void startZeroSeesNothingFromBeforeTheCreationEvenWhenDeliveryLags() {
    bench.put("a", "before");
    stream.create(Specs.key("a"));
    bench.put("a", "after");
    bench.settle();
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(2);
    assertThat(responses.get(0).getHeader().getRevision()).isEqualTo(6);
    assertThat(responses.get(1).getEventsList()).hasSize(1);
    assertThat(responses.get(1).getEvents(0).getKv().getModRevision()).isEqualTo(7);
  }

  @Test
  void startInThePastReplaysHistoryFromItInclusive() {
    stream.create(Specs.from(Specs.key("old"), 3));
    bench.settle();
    bench.putNow("old", "new");
    List<WatchResponse> responses = sink.take();
    assertThat(responses.get(0).getCreated()).isTrue();
    assertThat(
            responses.stream()
                .flatMap(response -> response.getEventsList().stream())
                .map(event -> event.getKv().getModRevision()))
        .containsExactly(3L, 4L, 5L, 6L);
  }

  @Test
  void cancelAnswersWithTheCurrentRevisionAndNothingFollows() {
    createOne(Specs.key("a"));
    bench.put("a", "in flight");
    stream.cancel(0);
    bench.settle();
    bench.putNow("a", "later");
    List<WatchResponse> responses = sink.take();
    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getCanceled()).isTrue();
    assertThat(responses.getFirst().getCancelReason()).isEmpty();
    assertThat(responses.getFirst().getHeader().getRevision()).isEqualTo(6);
  }

  @Test
  void cancelOfAnUnknownIdIsIgnored() {
    stream.cancel(42);
    assertThat(sink.take()).isEmpty();
  }

  @Test
  void closedStreamIsSilentAndLeavesNothingBehind() {
    createOne(Specs.key("a"));
    stream.create(Specs.from(Specs.key("old"), 2));
    stream.close();
    stream.close();
    sink.take();
    stream.create(Specs.key("a"));
    stream.cancel(0);
    stream.requestProgress();
    bench.putNow("a", "1");
    assertThat(sink.take()).isEmpty();
    assertThat(bench.hub.metrics().watchers()).isZero();
    assertThat(bench.hub.metrics().slowWatchers()).isZero();
    assertThat(bench.hub.metrics().streams()).isZero();
  }
}
