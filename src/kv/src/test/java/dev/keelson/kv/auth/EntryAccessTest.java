package dev.keelson.kv.auth;

import static dev.keelson.kv.auth.AuthMachine.as;
import static dev.keelson.kv.auth.AuthMachine.grant;
import static dev.keelson.kv.auth.AuthMachine.root;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.Machine;
import dev.keelson.kv.Requests;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.AlarmRequest.AlarmAction;
import dev.keelson.proto.etcdserverpb.AlarmType;
import dev.keelson.proto.etcdserverpb.Compare.CompareResult;
import dev.keelson.proto.etcdserverpb.Compare.CompareTarget;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rights are decided where the log is applied, by the name and revision an entry carries. */
class EntryAccessTest {
  private final Machine machine = AuthMachine.enabled();

  @BeforeEach
  void users() {
    AuthMachine.user(machine, "reader");
    AuthMachine.user(machine, "writer");
    AuthMachine.user(machine, "narrow");
    root(machine, grant("reader", Permission.Type.READ, "a", "z"));
    root(machine, grant("writer", Permission.Type.WRITE, "a", "z"));
    root(machine, grant("narrow", Permission.Type.READWRITE, "b", "c"));
    machine.succeed(as(machine, "root", Requests.entry(Requests.put("k", "v"))));
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private void allowed(String user, InternalRaftRequest entry) {
    machine.succeed(as(machine, user, entry));
  }

  private void denied(String user, InternalRaftRequest entry) {
    long before = machine.revision();
    assertThat(machine.fail(as(machine, user, entry))).isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(machine.revision()).as("nothing has changed").isEqualTo(before);
  }

  private static InternalRaftRequest txn(RequestOp... ops) {
    return Requests.entry(Requests.txn(ops));
  }

  @Test
  void withoutIdentityOrWithAnOldRevisionNothingIsDone() {
    InternalRaftRequest put = Requests.entry(Requests.put("b", "v"));
    assertThat(machine.fail(put)).isEqualTo(KvError.USER_EMPTY);
    assertThat(machine.fail(as("writer", machine.state().auth().revision() - 1, put)))
        .isEqualTo(KvError.AUTH_OLD_REVISION);
    assertThat(machine.fail(Requests.entry(Requests.txn()))).isEqualTo(KvError.USER_EMPTY);
    denied("stranger", put);
    allowed("writer", put);
  }

  @Test
  void aRightTakenAwayBeforeTheEntryIsAppliedDoesNotCount() {
    InternalRaftRequest late = as(machine, "narrow", Requests.entry(Requests.put("b", "v")));
    root(machine, AuthMachine.revoke("narrow", "b", "c"));
    assertThat(machine.fail(late)).isEqualTo(KvError.AUTH_OLD_REVISION);
    denied("narrow", Requests.entry(Requests.put("b", "v")));
  }

  @Test
  void prevKvNeedsTheRightToRead() {
    allowed("writer", Requests.entry(Requests.put("k", "1")));
    denied("writer", Requests.entry(Requests.put("k", "1").setPrevKv(true)));
    denied("writer", txn(Requests.op(Requests.put("k", "1").setPrevKv(true))));
    denied("writer", Requests.entry(Requests.delete("k").setPrevKv(true)));
    denied("writer", txn(Requests.op(Requests.delete("a", "c").setPrevKv(true))));
    allowed("narrow", Requests.entry(Requests.put("b", "1").setPrevKv(true)));
    allowed("writer", Requests.entry(Requests.delete("k")));
    denied("reader", Requests.entry(Requests.delete("k")));
  }

  @Test
  void bothBranchesAndEveryNestingNeedTheirRights() {
    RequestOp forbidden = Requests.op(Requests.put("x", "v"));
    RequestOp fine = Requests.op(Requests.put("b", "v"));
    denied("narrow", txn(fine, forbidden));
    denied("narrow", txn(fine, Requests.op(Requests.txn(Requests.op(Requests.txn(forbidden))))));
    TxnRequest.Builder notTaken = Requests.txn(fine).addFailure(forbidden);
    denied("narrow", Requests.entry(notTaken));
    denied("narrow", txn(fine, Requests.op(TxnRequest.newBuilder().addFailure(forbidden))));
    allowed("narrow", txn(fine, Requests.op(Requests.txn(Requests.op(Requests.put("b1", "v"))))));
  }

  @Test
  void comparesNeedTheRightToReadAtEveryDepth() {
    TxnRequest.Builder compares =
        Requests.txn(Requests.op(Requests.put("b", "v")))
            .addCompare(Requests.compare("x", CompareTarget.MOD, CompareResult.GREATER));
    denied("narrow", Requests.entry(compares));
    denied("narrow", txn(Requests.op(Requests.put("b2", "v")), Requests.op(compares)));
    denied("writer", Requests.entry(compares));
    TxnRequest.Builder own =
        Requests.txn(Requests.op(Requests.put("b", "v")))
            .addCompare(
                Requests.compare("b", CompareTarget.MOD, CompareResult.GREATER)
                    .setRangeEnd(Requests.bytes("c")));
    allowed("narrow", Requests.entry(own));
  }

  @Test
  void aLeaseIsForThoseWhoMayWriteAllItsKeys() {
    allowed("reader", Requests.grant(5, 100));
    assertThat(machine.fail(Requests.grant(6, 100))).isEqualTo(KvError.USER_EMPTY);
    allowed("writer", Requests.entry(Requests.put("k", "v").setLease(5)));
    denied("narrow", Requests.entry(Requests.put("b", "v").setLease(5)));
    denied("narrow", txn(Requests.op(Requests.put("b", "v").setLease(5))));
    denied("narrow", Requests.revoke(5));
    denied("reader", Requests.revoke(5));
    assertThat(machine.fail(Requests.revoke(5))).isEqualTo(KvError.USER_EMPTY);
    allowed("writer", Requests.revoke(5));
    assertThat(machine.row("k")).isNull();
  }

  @Test
  void keysAttachedEarlierInTheSameBatchCount() {
    allowed("root", Requests.grant(7, 100));
    machine.applyOnly(as(machine, "root", Requests.entry(Requests.put("x", "v").setLease(7))));
    KvException failure =
        machine
            .applyOnly(as(machine, "narrow", Requests.entry(Requests.put("b", "v").setLease(7))))
            .failure();
    machine.commit();
    assertThat(requireNonNull(failure).error()).isEqualTo(KvError.PERMISSION_DENIED);
  }

  @Test
  void compactionIsForRootAndForTheClusterItself() {
    allowed("root", Requests.entry(Requests.put("b", "1")));
    denied("writer", Requests.compact(machine.revision()));
    allowed("root", Requests.compact(machine.revision() - 1));
    machine.succeed(Requests.compact(machine.revision()));
  }

  /** etcd lost the check while an alarm was up. */
  @Test
  void alarmsDoNotReplaceTheCheck() {
    for (AlarmType alarm : List.of(AlarmType.NOSPACE, AlarmType.CORRUPT)) {
      machine.succeed(Requests.alarm(AlarmAction.ACTIVATE, alarm, 1));
      denied("reader", Requests.entry(Requests.put("b", "v")));
      denied("reader", Requests.entry(Requests.delete("b")));
      denied("narrow", txn(Requests.op(Requests.delete("x"))));
      assertThat(machine.fail(Requests.entry(Requests.delete("b")))).isEqualTo(KvError.USER_EMPTY);
      assertThat(machine.fail(as(machine, "reader", AuthMachine.userAdd("new"))))
          .isEqualTo(KvError.PERMISSION_DENIED);
      machine.succeed(Requests.alarm(AlarmAction.DEACTIVATE, alarm, 1));
    }
  }

  /** Random grants and requests against a check that looks at every single key. */
  @Test
  void decidesAsLookingAtEveryOperationAndKeyDoes() {
    Random random = new Random(11);
    int allowed = 0;
    for (int round = 0; round < 40; round++) {
      root(machine, AuthMachine.roleDelete("narrow"));
      root(machine, AuthMachine.roleAdd("narrow"));
      root(machine, AuthMachine.grantRole("narrow", "narrow"));
      NaiveRights naive = new NaiveRights();
      for (int i = random.nextInt(4); i >= 0; i--) {
        char from = letter(random);
        char to = (char) (from + 1 + random.nextInt(5));
        Permission.Type type = Permission.Type.forNumber(random.nextInt(3));
        root(machine, grant("narrow", type, "" + from, "" + to));
        naive.grant(type, from, to);
      }
      for (int i = 0; i < 250; i++) {
        TxnRequest txn = randomTxn(random, 2);
        boolean expected = naive.txn(txn);
        KvException failure =
            machine
                .apply(as(machine, "narrow", InternalRaftRequest.newBuilder().setTxn(txn).build()))
                .failure();
        assertThat(failure == null || failure.error() != KvError.PERMISSION_DENIED)
            .as("%s with %s", txn, naive)
            .isEqualTo(expected);
        allowed += expected ? 1 : 0;
      }
    }
    assertThat(allowed).isBetween(500, 9_500);
  }

  private static char letter(Random random) {
    return (char) ('a' + random.nextInt(6));
  }

  private static TxnRequest randomTxn(Random random, int depth) {
    TxnRequest.Builder txn = TxnRequest.newBuilder();
    if (random.nextInt(4) == 0) {
      txn.addCompare(
          Requests.compare("" + letter(random), CompareTarget.VERSION, CompareResult.EQUAL));
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      RequestOp op = randomOp(random, depth);
      if (random.nextBoolean()) {
        txn.addSuccess(op);
      } else {
        txn.addFailure(op);
      }
    }
    return txn.build();
  }

  private static RequestOp randomOp(Random random, int depth) {
    String key = "" + letter(random);
    String end = "" + (char) (key.charAt(0) + 1 + random.nextInt(3));
    return switch (random.nextInt(depth > 0 ? 4 : 3)) {
      case 0 -> Requests.op(Requests.put(key, "v").setPrevKv(random.nextInt(4) == 0));
      case 1 -> Requests.op(Requests.delete(key, end).setPrevKv(random.nextInt(4) == 0));
      case 2 -> Requests.op(Requests.range(key, end));
      default -> RequestOp.newBuilder().setRequestTxn(randomTxn(random, depth - 1)).build();
    };
  }

  /** Rights on keys of one letter. */
  private static final class NaiveRights {
    private final List<Character> readable = new ArrayList<>();
    private final List<Character> writable = new ArrayList<>();

    void grant(Permission.Type type, char from, char to) {
      for (char each = from; each < to; each++) {
        if (type != Permission.Type.WRITE) {
          readable.add(each);
        }
        if (type != Permission.Type.READ) {
          writable.add(each);
        }
      }
    }

    boolean txn(TxnRequest txn) {
      return txn.getCompareList().stream().allMatch(each -> keys(readable, each.getKey().byteAt(0)))
          && txn.getSuccessList().stream().allMatch(this::op)
          && txn.getFailureList().stream().allMatch(this::op);
    }

    private boolean op(RequestOp op) {
      return switch (op.getRequestCase()) {
        case REQUEST_RANGE ->
            range(
                readable,
                op.getRequestRange().getKey().byteAt(0),
                op.getRequestRange().getRangeEnd().byteAt(0));
        case REQUEST_PUT ->
            keys(writable, op.getRequestPut().getKey().byteAt(0))
                && (!op.getRequestPut().getPrevKv()
                    || keys(readable, op.getRequestPut().getKey().byteAt(0)));
        case REQUEST_DELETE_RANGE -> {
          int from = op.getRequestDeleteRange().getKey().byteAt(0);
          int to = op.getRequestDeleteRange().getRangeEnd().byteAt(0);
          yield range(writable, from, to)
              && (!op.getRequestDeleteRange().getPrevKv() || range(readable, from, to));
        }
        case REQUEST_TXN -> txn(op.getRequestTxn());
        case REQUEST_NOT_SET -> true;
      };
    }

    private static boolean keys(List<Character> granted, int key) {
      return granted.contains((char) key);
    }

    private static boolean range(List<Character> granted, int from, int to) {
      for (int each = from; each < to; each++) {
        if (!keys(granted, each)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return "readable " + readable + ", writable " + writable;
    }
  }
}
