package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.etcdserverpb.AuthDisableRequest;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleListRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGetRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserListRequest;
import dev.keelson.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.Compare;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DeleteRangeRequest;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.KVGrpc;
import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.PutRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import io.grpc.MethodDescriptor;
import java.util.ArrayList;
import java.util.List;

/**
 * A time with authentication switched on: users with different rights do what they may and what
 * they may not, and it is switched off again. Left out is what etcd checks only since releases
 * after 3.5.16: nested transactions, previous values and leases within transactions, compaction,
 * leases and the member list; and ranges that end before they begin, for which etcd finds a grant
 * or not as its tree of intervals happens to be balanced.
 */
final class SecuredOperations {
  private static final String ROOT = "root";

  /** Shows no token. */
  private static final String NOBODY = "";

  private static final ByteString OPEN_END = ByteString.copyFrom(new byte[1]);

  private static final List<String> OTHERS = List.of("s1", "s2");
  private static final List<String> ROLES = List.of("sr1", "sr2");
  private static final List<String> CALLERS = List.of("s1", "s1", "s2", "s2", ROOT, NOBODY);

  private final Dice dice;
  private final KeyValueRequests keyValue;
  private final TxnRequests txns;

  SecuredOperations(Dice dice, KeyValueRequests keyValue, TxnRequests txns) {
    this.dice = dice;
    this.keyValue = keyValue;
    this.txns = txns;
  }

  Operation group() {
    List<Operation> steps = new ArrayList<>();
    steps.add(userAdd(ROOT));
    steps.add(grantRole(NOBODY, ROOT, ROOT));
    for (int i = 0; i < OTHERS.size(); i++) {
      steps.add(userAdd(OTHERS.get(i)));
      steps.add(
          call(
              AuthGrpc.getRoleAddMethod(),
              AuthRoleAddRequest.newBuilder().setName(ROLES.get(i)).build()));
      steps.add(grantPermission(NOBODY, ROLES.get(i)));
      steps.add(grantRole(NOBODY, OTHERS.get(i), ROLES.get(i)));
    }
    steps.add(call(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance()));
    steps.add(login("s1", "wrong"));
    steps.add(login(ROOT, ROOT));
    OTHERS.forEach(user -> steps.add(login(user, user)));
    for (int i = 20 + dice.below(40); i > 0; i--) {
      steps.add(dice.chance(120) ? change() : as(dice.pick(CALLERS)));
    }
    steps.add(
        new Operation.As(
            ROOT, call(AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance())));
    steps.add(
        call(
            AuthGrpc.getUserDeleteMethod(),
            AuthUserDeleteRequest.newBuilder().setName(ROOT).build()));
    return new Operation.Group(steps, false);
  }

  /** A change of rights, by root or by somebody who may not. */
  private Operation change() {
    String by = dice.chance(800) ? ROOT : dice.pick(CALLERS);
    String role = dice.pick(ROLES);
    return switch (dice.below(3)) {
      case 0 -> grantPermission(by, role);
      case 1 -> grantRole(by, dice.pick(OTHERS), role);
      default ->
          new Operation.As(
              by,
              call(
                  AuthGrpc.getUserRevokeRoleMethod(),
                  AuthUserRevokeRoleRequest.newBuilder()
                      .setName(dice.pick(OTHERS))
                      .setRole(role)
                      .build()));
    };
  }

  private Operation as(String user) {
    return new Operation.As(user, what());
  }

  private Operation.Call what() {
    int choice = dice.below(100);
    if (choice < 30) {
      return call(KVGrpc.getRangeMethod(), forward(keyValue.range()));
    }
    if (choice < 50) {
      return call(KVGrpc.getPutMethod(), withoutLease(keyValue.put()));
    }
    if (choice < 62) {
      return call(KVGrpc.getDeleteRangeMethod(), forward(keyValue.deleteRange()));
    }
    if (choice < 86) {
      return call(KVGrpc.getTxnMethod(), plain(txns.txn()));
    }
    String user = dice.pick(OTHERS);
    return switch (dice.below(6)) {
      case 0 ->
          call(AuthGrpc.getUserGetMethod(), AuthUserGetRequest.newBuilder().setName(user).build());
      case 1 -> call(AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
      case 2 ->
          call(
              AuthGrpc.getRoleGetMethod(),
              AuthRoleGetRequest.newBuilder().setRole(dice.pick(ROLES)).build());
      case 3 -> call(AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance());
      case 4 -> call(MaintenanceGrpc.getHashKVMethod(), HashKVRequest.getDefaultInstance());
      default ->
          call(MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance());
    };
  }

  private static PutRequest withoutLease(PutRequest put) {
    return put.toBuilder().clearLease().build();
  }

  /** With one operation at least: who may do nothing at all differs between the versions. */
  private TxnRequest plain(TxnRequest txn) {
    TxnRequest.Builder plain = txn.toBuilder().clearCompare().clearSuccess().clearFailure();
    txn.getCompareList().forEach(compare -> plain.addCompare(forward(compare)));
    txn.getSuccessList().stream()
        .filter(op -> !op.hasRequestTxn())
        .map(this::plain)
        .forEach(plain::addSuccess);
    txn.getFailureList().stream()
        .filter(op -> !op.hasRequestTxn())
        .map(this::plain)
        .forEach(plain::addFailure);
    if (plain.getSuccessCount() == 0) {
      plain.addSuccess(
          RequestOp.newBuilder()
              .setRequestRange(RangeRequest.newBuilder().setKey(dice.pick(Dice.KEYS))));
    }
    return plain.build();
  }

  private RequestOp plain(RequestOp op) {
    return switch (op.getRequestCase()) {
      case REQUEST_PUT ->
          op.toBuilder()
              .setRequestPut(withoutLease(op.getRequestPut()).toBuilder().clearPrevKv())
              .build();
      case REQUEST_RANGE -> op.toBuilder().setRequestRange(forward(op.getRequestRange())).build();
      case REQUEST_DELETE_RANGE ->
          op.toBuilder().setRequestDeleteRange(forward(op.getRequestDeleteRange())).build();
      default -> op;
    };
  }

  private static RangeRequest forward(RangeRequest range) {
    return endsBeforeItBegins(range.getKey(), range.getRangeEnd())
        ? range.toBuilder().clearRangeEnd().build()
        : range;
  }

  private static DeleteRangeRequest forward(DeleteRangeRequest delete) {
    return endsBeforeItBegins(delete.getKey(), delete.getRangeEnd())
        ? delete.toBuilder().clearRangeEnd().build()
        : delete;
  }

  private static Compare forward(Compare compare) {
    return endsBeforeItBegins(compare.getKey(), compare.getRangeEnd())
        ? compare.toBuilder().clearRangeEnd().build()
        : compare;
  }

  private static boolean endsBeforeItBegins(ByteString key, ByteString end) {
    return !end.isEmpty()
        && !end.equals(OPEN_END)
        && ByteString.unsignedLexicographicalComparator().compare(end, key) < 0;
  }

  private static Operation.Call userAdd(String name) {
    return call(
        AuthGrpc.getUserAddMethod(),
        AuthUserAddRequest.newBuilder().setName(name).setPassword(name).build());
  }

  private static Operation.Call login(String name, String password) {
    return call(
        AuthGrpc.getAuthenticateMethod(),
        AuthenticateRequest.newBuilder().setName(name).setPassword(password).build());
  }

  private static Operation grantRole(String by, String user, String role) {
    return new Operation.As(
        by,
        call(
            AuthGrpc.getUserGrantRoleMethod(),
            AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build()));
  }

  private Operation grantPermission(String by, String role) {
    ByteString key = dice.pick(Dice.KEYS);
    return new Operation.As(
        by,
        call(
            AuthGrpc.getRoleGrantPermissionMethod(),
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                    Permission.newBuilder()
                        .setPermTypeValue(dice.below(3))
                        .setKey(key)
                        .setRangeEnd(dice.rangeEnd(key)))
                .build()));
  }

  private static Operation.Call call(MethodDescriptor<?, ?> method, Message request) {
    return new Operation.Call(method, request);
  }
}
