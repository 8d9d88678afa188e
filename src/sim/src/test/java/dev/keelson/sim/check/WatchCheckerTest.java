package dev.keelson.sim.check;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchResponse;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A watch over everything from revision 2 on, of revisions 2 (a), 3 (b and c), 4 (a). */
class WatchCheckerTest {
  private final KeyHistory history = new KeyHistory();
  private final Event first = put("a", 2, 1);
  private final Event second = put("b", 3, 1);
  private final Event third = put("c", 3, 1);
  private final Event fourth = put("a", 4, 2);
  private WatchSession session = session(false);

  WatchCheckerTest() {
    history.add(List.of(first));
    history.add(List.of(second, third));
    history.add(List.of(fourth));
  }

  private WatchSession session(boolean prevKv) {
    ByteString all = ByteString.copyFrom(new byte[1]);
    WatchSession made =
        new WatchSession(
            WatchCreateRequest.newBuilder()
                .setKey(all)
                .setRangeEnd(all)
                .setStartRevision(2)
                .setPrevKv(prevKv)
                .build());
    made.heard(
        WatchResponse.newBuilder()
            .setCreated(true)
            .setHeader(ResponseHeader.newBuilder().setRevision(1))
            .build());
    return made;
  }

  private static Event put(String key, long revision, long version) {
    return Event.newBuilder()
        .setType(Event.EventType.PUT)
        .setKv(
            KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setCreateRevision(version == 1 ? revision : 2)
                .setModRevision(revision)
                .setVersion(version))
        .build();
  }

  private void heard(long revision, Event... events) {
    session.heard(
        WatchResponse.newBuilder()
            .setHeader(ResponseHeader.newBuilder().setRevision(revision))
            .addAllEvents(List.of(events))
            .build());
  }

  private void accepts() {
    assertThatCode(() -> WatchChecker.check(history, -1, session, true)).doesNotThrowAnyException();
  }

  private void refuses(String why) {
    assertThatThrownBy(() -> WatchChecker.check(history, -1, session, true))
        .isInstanceOf(Violation.class)
        .hasMessageContaining(why);
  }

  @Test
  void acceptsEverythingInOrder() {
    heard(2, first);
    heard(3, second, third);
    heard(3);
    heard(4, fourth);
    heard(4);
    accepts();
  }

  @Test
  void seesAGap() {
    heard(2, first);
    heard(4, fourth);
    refuses("1 events, expected 3");
  }

  @Test
  void seesARepeatedEvent() {
    heard(2, first);
    heard(2, first);
    refuses("old or repeated");
  }

  @Test
  void seesEventsOutOfOrder() {
    heard(2, first);
    heard(3, third, second);
    refuses("expected");
  }

  @Test
  void seesASplitRevision() {
    heard(2, first);
    heard(3, second);
    heard(3, third);
    refuses("1 events, expected 2");
  }

  @Test
  void seesProgressAheadOfEvents() {
    heard(2, first);
    heard(3);
    refuses("progress ahead");
  }

  @Test
  void seesEventsThatNeverCame() {
    heard(2, first);
    refuses("never came");
  }

  @Test
  void seesAMissingValueBefore() {
    session = session(true);
    heard(2, first);
    heard(3, second, third);
    heard(4, fourth);
    refuses("value before is missing");
  }

  @Test
  void seesAWrongValueBefore() {
    session = session(true);
    heard(2, first);
    heard(3, second, third);
    heard(4, fourth.toBuilder().setPrevKv(second.getKv()).build());
    refuses("wrong value before");
  }

  @Test
  void seesAnEndThatNoCompactionExplains() {
    session.heard(WatchResponse.newBuilder().setCanceled(true).setCompactRevision(9).build());
    refuses("did not overtake");
  }

  @Test
  void seesEventsBeforeTheWatchWasCreated() {
    session = new WatchSession(session.request());
    heard(2, first);
    refuses("first response");
  }
}
