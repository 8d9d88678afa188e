package dev.keelson.sim.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.PutResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import dev.keelson.proto.mvccpb.KeyValue;
import dev.keelson.sim.check.LinearizabilitySearch.Verdict;
import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Histories of real processes, as the search sees them. */
class RegistersTest {
  private static final ByteString KEY = ByteString.copyFromUtf8("k");
  private static final long BUDGET = 10_000;

  private static PutRequest putOf(String value) {
    return PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8(value)).build();
  }

  private static Operation put(String value, long invoked, long returned) {
    Operation operation = new Operation(1, putOf(value), invoked);
    operation.succeeded(returned, PutResponse.getDefaultInstance());
    return operation;
  }

  private static Operation lostPut(String value, long invoked, long gaveUp) {
    Operation operation = new Operation(1, putOf(value), invoked);
    operation.failed(gaveUp, Status.UNAVAILABLE);
    return operation;
  }

  private static Operation read(@Nullable String value, long invoked, long returned) {
    Operation operation = new Operation(2, RangeRequest.newBuilder().setKey(KEY).build(), invoked);
    RangeResponse.Builder response = RangeResponse.newBuilder();
    if (value != null) {
      response.addKvs(KeyValue.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8(value)));
    }
    operation.succeeded(returned, response.build());
    return operation;
  }

  private static Operation swap(String from, String to, boolean swapped, long at, long returned) {
    Operation operation =
        new Operation(
            3,
            TxnRequest.newBuilder()
                .addCompare(
                    Compare.newBuilder()
                        .setKey(KEY)
                        .setTarget(Compare.CompareTarget.VALUE)
                        .setValue(ByteString.copyFromUtf8(from)))
                .addSuccess(RequestOp.newBuilder().setRequestPut(putOf(to)))
                .build(),
            at);
    operation.succeeded(returned, TxnResponse.newBuilder().setSucceeded(swapped).build());
    return operation;
  }

  private static Verdict verdict(Map<String, Long> seen, Operation... history) {
    Map<ByteString, Long> firstSeen =
        seen.entrySet().stream()
            .collect(
                Collectors.toMap(
                    each -> ByteString.copyFromUtf8(each.getKey()), Map.Entry::getValue));
    return LinearizabilitySearch.check(Registers.of(KEY, List.of(history), firstSeen), BUDGET);
  }

  @Test
  void anOrdinaryHistoryIsLinearizable() {
    assertThat(
            verdict(
                Map.of(),
                read(null, 0, 1),
                put("a", 2, 5),
                read("a", 3, 6),
                swap("a", "b", true, 7, 8),
                swap("a", "c", false, 9, 10),
                read("b", 11, 12)))
        .isEqualTo(Verdict.LINEARIZABLE);
  }

  @Test
  void aStaleReadIsFound() {
    assertThat(verdict(Map.of(), put("a", 0, 1), put("b", 2, 3), read("a", 4, 5)))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void aLostWriteIsFound() {
    assertThat(verdict(Map.of(), put("a", 0, 1), read(null, 2, 3))).isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void aSwapThatSucceedsTwiceIsFound() {
    assertThat(
            verdict(
                Map.of(), put("a", 0, 1), swap("a", "b", true, 2, 5), swap("a", "c", true, 3, 6)))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void aWriteWithoutAnswerMayHaveBeenDoneByTheTimeItWasSeen() {
    assertThat(verdict(Map.of("b", 20L), put("a", 0, 1), lostPut("b", 2, 3), read("a", 4, 5)))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(verdict(Map.of("b", 20L), put("a", 0, 1), lostPut("b", 2, 3), read("b", 4, 5)))
        .isEqualTo(Verdict.LINEARIZABLE);
  }

  @Test
  void aWriteThatWasSeenIsNotUndone() {
    assertThat(verdict(Map.of("b", 6L), put("a", 0, 1), lostPut("b", 2, 3), read("a", 7, 8)))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void aWriteThatWasNeverSeenWasNotDone() {
    assertThat(verdict(Map.of(), put("a", 0, 1), lostPut("b", 2, 3), read("b", 4, 5)))
        .isEqualTo(Verdict.VIOLATION);
  }

  @Test
  void whatWasRefusedOrIsOfAnotherKeyDoesNotCount() {
    Operation refused = new Operation(4, putOf("z"), 2);
    refused.failed(3, Status.FAILED_PRECONDITION);
    Operation other =
        new Operation(
            4, DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("other")).build(), 4);
    assertThat(verdict(Map.of(), put("a", 0, 1), refused, other, read("a", 6, 7)))
        .isEqualTo(Verdict.LINEARIZABLE);
  }

  @Test
  void aDeletionWithoutAnswerMayHappenAnyTime() {
    Operation deletion = new Operation(4, DeleteRangeRequest.newBuilder().setKey(KEY).build(), 2);
    deletion.failed(3, Status.DEADLINE_EXCEEDED);
    assertThat(verdict(Map.of(), put("a", 0, 1), deletion, read("a", 4, 5), read(null, 6, 7)))
        .isEqualTo(Verdict.LINEARIZABLE);
    assertThat(verdict(Map.of(), put("a", 0, 1), deletion, read(null, 4, 5), read("a", 6, 7)))
        .isEqualTo(Verdict.VIOLATION);
  }
}
