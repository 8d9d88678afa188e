package dev.keelson.kv.auth;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.authpb.User;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGrantRoleRequest;
import dev.keelson.proto.etcdserverpb.AuthUserListResponse;
import dev.keelson.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.storage.backend.WriteBatch;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Carries out the entries about users that need the root role. Apply thread only. */
final class UserCommands {
  private final AuthStore store;
  private final AuthListener listener;

  UserCommands(AuthStore store, AuthListener listener) {
    this.store = store;
    this.listener = listener;
  }

  static boolean handles(InternalRaftRequest request) {
    return request.hasAuthUserAdd()
        || request.hasAuthUserDelete()
        || request.hasAuthUserGet()
        || request.hasAuthUserChangePassword()
        || request.hasAuthUserGrantRole()
        || request.hasAuthUserRevokeRole()
        || request.hasAuthUserList();
  }

  Object apply(WriteBatch batch, InternalRaftRequest request) throws KvException {
    if (request.hasAuthUserAdd()) {
      return add(batch, request.getAuthUserAdd());
    }
    if (request.hasAuthUserDelete()) {
      return delete(batch, request.getAuthUserDelete().getName());
    }
    if (request.hasAuthUserChangePassword()) {
      return changePassword(batch, request.getAuthUserChangePassword());
    }
    if (request.hasAuthUserGrantRole()) {
      return grantRole(batch, request.getAuthUserGrantRole());
    }
    if (request.hasAuthUserRevokeRole()) {
      return revokeRole(batch, request.getAuthUserRevokeRole());
    }
    return AuthUserListResponse.newBuilder().addAllUsers(store.state().userNames()).build();
  }

  private Object add(WriteBatch batch, AuthUserAddRequest request) throws KvException {
    if (request.getName().isEmpty()) {
      throw new KvException(KvError.USER_EMPTY);
    }
    if (store.state().user(request.getName()) != null) {
      throw new KvException(KvError.USER_EXISTS);
    }
    User.Builder user =
        User.newBuilder()
            .setName(ByteString.copyFromUtf8(request.getName()))
            .setOptions(request.getOptions());
    if (!request.getOptions().getNoPassword()) {
      user.setPassword(hash(request.getHashedPassword()));
    }
    store.put(batch, user.build());
    return AuthCommands.DONE;
  }

  /**
   * The proposing member has made the hash; its form is settled by etcd: base64 of bcrypt's text.
   */
  private static ByteString hash(String base64) throws KvException {
    try {
      return ByteString.copyFrom(Base64.getDecoder().decode(base64));
    } catch (IllegalArgumentException e) {
      throw new KvException(KvError.INVALID_AUTH_MANAGEMENT);
    }
  }

  private Object delete(WriteBatch batch, String name) throws KvException {
    if (store.state().enabled() && name.equals(Caller.ROOT)) {
      throw new KvException(KvError.INVALID_AUTH_MANAGEMENT);
    }
    find(name);
    store.deleteUser(batch, name);
    listener.tokensRevoked(name);
    return AuthCommands.DONE;
  }

  private Object changePassword(WriteBatch batch, AuthUserChangePasswordRequest request)
      throws KvException {
    User user = find(request.getName());
    User.Builder changed = user.toBuilder();
    if (!user.getOptions().getNoPassword()) {
      changed.setPassword(hash(request.getHashedPassword()));
    }
    store.put(batch, changed.build());
    listener.tokensRevoked(request.getName());
    return AuthCommands.DONE;
  }

  private Object grantRole(WriteBatch batch, AuthUserGrantRoleRequest request) throws KvException {
    User user = find(request.getUser());
    String role = request.getRole();
    if (!role.equals(Caller.ROOT) && store.state().role(role) == null) {
      throw new KvException(KvError.ROLE_NOT_FOUND);
    }
    if (!AuthState.hasRole(user, role)) {
      List<String> roles = new ArrayList<>(user.getRolesList());
      roles.add(role);
      roles.sort(NameOrder::compare);
      store.put(batch, user.toBuilder().clearRoles().addAllRoles(roles).build());
    }
    return AuthCommands.DONE;
  }

  private Object revokeRole(WriteBatch batch, AuthUserRevokeRoleRequest request)
      throws KvException {
    String role = request.getRole();
    if (store.state().enabled()
        && request.getName().equals(Caller.ROOT)
        && role.equals(Caller.ROOT)) {
      throw new KvException(KvError.INVALID_AUTH_MANAGEMENT);
    }
    User user = find(request.getName());
    if (!AuthState.hasRole(user, role)) {
      throw new KvException(KvError.ROLE_NOT_GRANTED);
    }
    store.put(batch, without(user, role));
    return AuthCommands.DONE;
  }

  private User find(String name) throws KvException {
    User user = store.state().user(name);
    if (user == null) {
      throw new KvException(KvError.USER_NOT_FOUND);
    }
    return user;
  }

  /** All users who have a role, as they are without it. */
  List<User> without(String role) {
    return store.state().users().values().stream()
        .filter(user -> AuthState.hasRole(user, role))
        .map(user -> without(user, role))
        .toList();
  }

  private static User without(User user, String role) {
    return user.toBuilder()
        .clearRoles()
        .addAllRoles(user.getRolesList().stream().filter(each -> !each.equals(role)).toList())
        .build();
  }
}
