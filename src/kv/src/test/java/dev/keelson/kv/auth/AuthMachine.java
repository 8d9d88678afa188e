package dev.keelson.kv.auth;

import com.google.protobuf.ByteString;
import dev.keelson.kv.Machine;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.authpb.UserAddOptions;
import dev.keelson.proto.etcdserverpb.AuthDisableRequest;
import dev.keelson.proto.etcdserverpb.AuthEnableRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleAddRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserDeleteRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGetRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.RequestHeader;
import java.nio.charset.StandardCharsets;

/** Entries about users, roles and permissions, and in the name of users. */
final class AuthMachine {
  private AuthMachine() {}

  static ByteString bytes(String text) {
    return ByteString.copyFrom(text, StandardCharsets.ISO_8859_1);
  }

  static InternalRaftRequest.Builder entry() {
    return InternalRaftRequest.newBuilder();
  }

  static InternalRaftRequest userAdd(String name) {
    return entry()
        .setAuthUserAdd(
            AuthUserAddRequest.newBuilder()
                .setName(name)
                .setOptions(UserAddOptions.newBuilder().setNoPassword(true)))
        .build();
  }

  static InternalRaftRequest userDelete(String name) {
    return entry().setAuthUserDelete(AuthUserDeleteRequest.newBuilder().setName(name)).build();
  }

  static InternalRaftRequest userGet(String name) {
    return entry().setAuthUserGet(AuthUserGetRequest.newBuilder().setName(name)).build();
  }

  static InternalRaftRequest grantRole(String user, String role) {
    return entry()
        .setAuthUserGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role))
        .build();
  }

  static InternalRaftRequest revokeRole(String user, String role) {
    return entry()
        .setAuthUserRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role))
        .build();
  }

  static InternalRaftRequest roleAdd(String name) {
    return entry().setAuthRoleAdd(AuthRoleAddRequest.newBuilder().setName(name)).build();
  }

  static InternalRaftRequest roleDelete(String name) {
    return entry().setAuthRoleDelete(AuthRoleDeleteRequest.newBuilder().setRole(name)).build();
  }

  static InternalRaftRequest roleGet(String name) {
    return entry().setAuthRoleGet(AuthRoleGetRequest.newBuilder().setRole(name)).build();
  }

  static InternalRaftRequest grant(String role, Permission.Type type, String key, String end) {
    return entry()
        .setAuthRoleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(type)
                        .setKey(bytes(key))
                        .setRangeEnd(bytes(end))))
        .build();
  }

  static InternalRaftRequest revoke(String role, String key, String end) {
    return entry()
        .setAuthRoleRevokePermission(
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole(role)
                .setKey(bytes(key))
                .setRangeEnd(bytes(end)))
        .build();
  }

  static InternalRaftRequest enable() {
    return entry().setAuthEnable(AuthEnableRequest.getDefaultInstance()).build();
  }

  static InternalRaftRequest disable() {
    return entry().setAuthDisable(AuthDisableRequest.getDefaultInstance()).build();
  }

  /** The entry in the name of a user, at the newest revision. */
  static InternalRaftRequest as(Machine machine, String user, InternalRaftRequest entry) {
    return as(user, machine.state().auth().revision(), entry);
  }

  static InternalRaftRequest as(String user, long revision, InternalRaftRequest entry) {
    return entry.toBuilder()
        .setHeader(RequestHeader.newBuilder().setUsername(user).setAuthRevision(revision))
        .build();
  }

  /** A machine with root, authentication switched on. */
  static Machine enabled() {
    Machine machine = new Machine();
    machine.succeed(userAdd(Caller.ROOT));
    machine.succeed(grantRole(Caller.ROOT, Caller.ROOT));
    machine.succeed(enable());
    return machine;
  }

  /** Adds a user with a role of the same name. */
  static void user(Machine machine, String name) {
    root(machine, userAdd(name));
    root(machine, roleAdd(name));
    root(machine, grantRole(name, name));
  }

  static Object root(Machine machine, InternalRaftRequest entry) {
    return machine.succeed(as(machine, Caller.ROOT, entry));
  }
}
