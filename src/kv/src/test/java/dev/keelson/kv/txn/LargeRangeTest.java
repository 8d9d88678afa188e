package dev.keelson.kv.txn;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.kv.Machine;
import dev.keelson.kv.Requests;
import dev.keelson.kv.error.KvException;
import dev.keelson.kv.txn.OpResult.DeleteResult;
import dev.keelson.kv.txn.OpResult.RangeResult;
import dev.keelson.kv.txn.OpResult.TxnResult;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortOrder;
import dev.keelson.proto.etcdserverpb.RangeRequest.SortTarget;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Answers that are too large to be held in memory. */
final class LargeRangeTest {
  private static final ByteString ALL = ByteString.copyFrom(new byte[1]);
  private static final int MIB = 1 << 20;

  private final Machine machine = new Machine();

  private static RangeRequest.Builder all() {
    return RangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL);
  }

  private static ByteString value(int bytes) {
    return ByteString.copyFrom(new byte[bytes]);
  }

  private void put(String key, int bytes) {
    machine.put(
        PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).setValue(value(bytes)));
  }

  @Test
  void piecesAreTheSameAnswerForEveryRequestThatIsServed() throws KvException {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 400; i++) {
      put("k" + random.nextInt(150), random.nextInt(20_000));
      if (i % 9 == 0) {
        machine.delete(
            DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k" + random.nextInt(150))));
      }
    }
    int compared = 0;
    for (int i = 0; i < 300; i++) {
      RangeRequest.Builder request =
          all()
              .setSortOrder(SortOrder.forNumber(random.nextInt(3)))
              .setKeysOnly(random.nextInt(5) == 0);
      if (random.nextBoolean()) {
        request.setLimit(1 + random.nextInt(160));
      }
      if (random.nextBoolean()) {
        request.setRevision(1 + random.nextLong(machine.revision()));
      }
      if (random.nextInt(3) == 0) {
        request.setMinModRevision(random.nextLong(machine.revision()));
      }
      if (LargeRange.served(request.build())) {
        compare(request);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(150);
  }

  private void compare(RangeRequest.Builder request) throws KvException {
    RangeResult held = machine.range(request);
    try (LargeRange large = new LargeRange(machine.views(), request.build())) {
      for (int time = 0; time < 2; time++) {
        List<KeyValue> rows = new ArrayList<>();
        for (KeyValues piece = large.next(); piece.size() > 0; piece = large.next()) {
          rows.addAll(Machine.rows(piece));
        }
        assertThat(rows).as("%s", request).isEqualTo(Machine.rows(held.rows()));
        assertThat(large.rest().count()).as("%s", request).isEqualTo(held.count());
        assertThat(large.rest().more()).as("%s", request).isEqualTo(held.more());
        assertThat(large.rest().revision()).isEqualTo(held.revision());
        large.rewind();
      }
    }
  }

  @Test
  void anOrderThatNeedsAllRowsIsNotServedInPieces() {
    assertThat(LargeRange.served(all().setSortTarget(SortTarget.MOD).build())).isFalse();
    assertThat(LargeRange.served(all().setSortOrder(SortOrder.DESCEND).build())).isTrue();
    assertThat(LargeRange.served(all().setSortOrder(SortOrder.DESCEND).setRevision(3).build()))
        .isFalse();
  }

  @Test
  void pastTheBudgetARangeIsNotWholeAndHoldsNothing() throws KvException {
    for (int i = 0; i < 33; i++) {
      put("k" + i, MIB);
    }
    RangeResult cut = machine.range(all());
    assertThat(cut.isWhole()).isFalse();
    assertThat(cut.rows().size()).isZero();
    assertThat(machine.range(all().setLimit(20)).isWhole()).isTrue();
    assertThat(machine.range(all().setKeysOnly(true)).rows().size()).isEqualTo(33);
  }

  @Test
  void theFirstOfAnOrderNeedTheMemoryOfThemselvesAlone() throws KvException {
    for (int i = 0; i < 40; i++) {
      put("k" + (i * 7 % 40), MIB);
    }
    RangeRequest.Builder newest =
        all().setSortTarget(SortTarget.MOD).setSortOrder(SortOrder.DESCEND);
    assertThat(machine.range(newest).isWhole()).isFalse();
    RangeResult first = machine.range(newest.setLimit(3));
    assertThat(first.isWhole()).isTrue();
    assertThat(Machine.rows(first.rows()))
        .extracting(KeyValue::getModRevision)
        .containsExactly(machine.revision(), machine.revision() - 1, machine.revision() - 2);
    assertThat(first.more()).isTrue();
    assertThat(first.count()).isEqualTo(40);
  }

  @Test
  void aTransactionIsCarriedOutWhateverItsAnswerTakes() throws KvException {
    for (int i = 0; i < 20; i++) {
      put("k" + i, MIB);
    }
    RequestOp read = RequestOp.newBuilder().setRequestRange(all()).build();
    RequestOp write =
        RequestOp.newBuilder()
            .setRequestPut(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("new")))
            .build();
    TxnResult once = machine.txn(TxnRequest.newBuilder().addSuccess(read).addSuccess(write));
    assertThat(once.isWhole()).isTrue();
    TxnResult twice =
        machine.txn(TxnRequest.newBuilder().addSuccess(read).addSuccess(write).addSuccess(read));
    assertThat(twice.isWhole()).as("20 MiB fit, 40 do not").isFalse();
    assertThat(machine.keys(Requests.range("new"))).containsExactly("new");
    assertThat(machine.rows(Requests.range("new")))
        .extracting(KeyValue::getVersion)
        .containsExactly(2L);
  }

  @Test
  void aDeletionIsCarriedOutWhateverItsAnswerTakes() {
    for (int i = 0; i < 33; i++) {
      put("k" + i, MIB);
    }
    DeleteResult deleted =
        machine.delete(
            DeleteRangeRequest.newBuilder().setKey(ALL).setRangeEnd(ALL).setPrevKv(true));
    assertThat(deleted.isWhole()).isFalse();
    assertThat(deleted.deleted()).isEqualTo(33);
    assertThat(machine.keys(all())).isEmpty();
  }
}
