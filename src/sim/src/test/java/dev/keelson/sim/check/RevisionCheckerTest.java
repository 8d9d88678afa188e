package dev.keelson.sim.check;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeResponse;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.mvccpb.Event;
import dev.keelson.proto.mvccpb.KeyValue;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories over revision 2: k=a, 3: k=b, 4: k deleted. */
class RevisionCheckerTest {
  private final KeyHistory history = new KeyHistory();
  private final List<Operation> operations = new ArrayList<>();

  RevisionCheckerTest() {
    history.add(List.of(put(row("a", 2, 2, 1))));
    history.add(List.of(put(row("b", 2, 3, 2))));
    history.add(
        List.of(
            Event.newBuilder()
                .setType(Event.EventType.DELETE)
                .setKv(KeyValue.newBuilder().setKey(key()).setModRevision(4))
                .build()));
    written(1, 2, "a", 2);
    written(3, 4, "b", 3);
    done(
        5,
        6,
        DeleteRangeRequest.newBuilder().setKey(key()).build(),
        DeleteRangeResponse.newBuilder().setHeader(header(4)).setDeleted(1).build());
  }

  private static ByteString key() {
    return ByteString.copyFromUtf8("k");
  }

  private static KeyValue row(String value, long created, long modified, long version) {
    return KeyValue.newBuilder()
        .setKey(key())
        .setValue(ByteString.copyFromUtf8(value))
        .setCreateRevision(created)
        .setModRevision(modified)
        .setVersion(version)
        .build();
  }

  private static Event put(KeyValue row) {
    return Event.newBuilder().setType(Event.EventType.PUT).setKv(row).build();
  }

  private static ResponseHeader header(long revision) {
    return ResponseHeader.newBuilder().setRevision(revision).build();
  }

  private Operation done(long invoked, long returned, MessageLite request, MessageLite response) {
    Operation operation = new Operation(1, request, invoked);
    operation.succeeded(returned, response);
    operations.add(operation);
    return operation;
  }

  private void written(long invoked, long returned, String value, long revision) {
    done(
        invoked,
        returned,
        PutRequest.newBuilder().setKey(key()).setValue(ByteString.copyFromUtf8(value)).build(),
        PutResponse.newBuilder().setHeader(header(revision)).build());
  }

  private void read(
      long invoked, long returned, boolean serializable, long revision, KeyValue... rows) {
    done(
        invoked,
        returned,
        RangeRequest.newBuilder().setKey(key()).setSerializable(serializable).build(),
        RangeResponse.newBuilder()
            .setHeader(header(revision))
            .addAllKvs(List.of(rows))
            .setCount(rows.length)
            .build());
  }

  private void accepts() {
    assertThatCode(() -> RevisionChecker.check(history, operations)).doesNotThrowAnyException();
  }

  private void refuses(String why) {
    assertThatThrownBy(() -> RevisionChecker.check(history, operations))
        .isInstanceOf(Violation.class)
        .hasMessageContaining(why);
  }

  @Test
  void acceptsWhatHappened() {
    read(2, 3, false, 2, row("a", 2, 2, 1));
    read(7, 8, false, 4);
    accepts();
  }

  @Test
  void acceptsAStaleSerializableReadOnly() {
    read(7, 8, true, 3, row("b", 2, 3, 2));
    accepts();
    read(7, 8, false, 3, row("b", 2, 3, 2));
    refuses("stale");
  }

  @Test
  void seesAWrongValue() {
    read(3, 4, false, 3, row("a", 2, 2, 1));
    refuses("wrong answer");
  }

  @Test
  void seesAnAcknowledgedWriteThatIsNotThere() {
    written(7, 8, "c", 5);
    refuses("acknowledged and lost");
  }

  @Test
  void seesAWriteAcknowledgedUnderAnothersRevision() {
    written(7, 8, "c", 3);
    refuses("not what was acknowledged");
  }

  @Test
  void seesAWriteThatWentBackInTime() {
    operations.removeLast();
    done(
        1,
        2,
        DeleteRangeRequest.newBuilder().setKey(key()).build(),
        DeleteRangeResponse.newBuilder().setHeader(header(4)).setDeleted(1).build());
    refuses("stale");
  }

  @Test
  void seesWhatWasRefusedAndDone() {
    Operation refused =
        new Operation(
            2,
            PutRequest.newBuilder().setKey(key()).setValue(ByteString.copyFromUtf8("b")).build(),
            3);
    refused.failed(4, Status.INVALID_ARGUMENT);
    operations.add(refused);
    refuses("refused and done");
  }

  @Test
  void seesWhatWasExecutedTwice() {
    history.add(List.of(put(row("a", 5, 5, 1))));
    refuses("executed twice");
  }

  @Test
  void seesWhatNobodyWrote() {
    history.add(List.of(put(row("z", 5, 5, 1))));
    refuses("nobody wrote");
  }
}
