package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.authpb.UserAddOptions;
import dev.keelson.proto.etcdserverpb.AuthDisableRequest;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthGrpc;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleListRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthStatusRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGetRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserListRequest;
import dev.keelson.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import io.grpc.MethodDescriptor;
import java.util.List;

/**
 * Random operations on users and roles. No user is called root here, so authentication is not
 * switched on and every other operation stays allowed; see {@link SecuredOperations}.
 */
final class AuthOperations {
  private static final List<String> USERS = List.of("u1", "u2", "u3", "");
  private static final List<String> ROLES = List.of("r1", "r2", "root", "");

  private final Dice dice;

  AuthOperations(Dice dice) {
    this.dice = dice;
  }

  Operation operation() {
    String user = dice.pick(USERS);
    String role = dice.pick(ROLES);
    return switch (dice.below(16)) {
      case 0 -> call(AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance());
      case 1 -> call(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
      case 2 -> call(AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance());
      case 3 ->
          call(
              AuthGrpc.getAuthenticateMethod(),
              AuthenticateRequest.newBuilder().setName(user).setPassword("secret").build());
      case 4, 5 -> call(AuthGrpc.getUserAddMethod(), userAdd(user));
      case 6 ->
          call(AuthGrpc.getUserGetMethod(), AuthUserGetRequest.newBuilder().setName(user).build());
      case 7 -> call(AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
      case 8 ->
          call(
              AuthGrpc.getUserDeleteMethod(),
              AuthUserDeleteRequest.newBuilder().setName(user).build());
      case 9 ->
          call(
              AuthGrpc.getUserGrantRoleMethod(),
              AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
      case 10 ->
          call(
              AuthGrpc.getUserRevokeRoleMethod(),
              AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build());
      case 11 ->
          call(AuthGrpc.getRoleAddMethod(), AuthRoleAddRequest.newBuilder().setName(role).build());
      case 12 ->
          call(AuthGrpc.getRoleGetMethod(), AuthRoleGetRequest.newBuilder().setRole(role).build());
      case 13 ->
          dice.chance(500)
              ? call(AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance())
              : call(
                  AuthGrpc.getRoleDeleteMethod(),
                  AuthRoleDeleteRequest.newBuilder().setRole(role).build());
      case 14 -> call(AuthGrpc.getRoleGrantPermissionMethod(), grantPermission(role));
      default -> call(AuthGrpc.getRoleRevokePermissionMethod(), revokePermission(role));
    };
  }

  private AuthUserAddRequest userAdd(String user) {
    return AuthUserAddRequest.newBuilder()
        .setName(user)
        .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
        .build();
  }

  private AuthRoleGrantPermissionRequest grantPermission(String role) {
    AuthRoleGrantPermissionRequest.Builder grant =
        AuthRoleGrantPermissionRequest.newBuilder().setName(role);
    if (dice.chance(900)) {
      ByteString key = dice.key();
      grant.setPerm(
          Permission.newBuilder()
              .setPermTypeValue(dice.below(3))
              .setKey(key)
              .setRangeEnd(dice.rangeEnd(key)));
    }
    return grant.build();
  }

  private AuthRoleRevokePermissionRequest revokePermission(String role) {
    ByteString key = dice.key();
    return AuthRoleRevokePermissionRequest.newBuilder()
        .setRole(role)
        .setKey(key)
        .setRangeEnd(dice.rangeEnd(key))
        .build();
  }

  private static Operation call(MethodDescriptor<?, ?> method, Message request) {
    return new Operation.Call(method, request);
  }
}
