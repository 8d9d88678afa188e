package dev.keelson.kv.auth;

import com.google.protobuf.ByteString;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.authpb.Role;
import dev.keelson.proto.etcdserverpb.AuthRoleGetResponse;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleListResponse;
import dev.keelson.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthStatusResponse;
import dev.keelson.proto.etcdserverpb.AuthUserGetResponse;
import dev.keelson.proto.etcdserverpb.InternalAuthenticateRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.storage.backend.WriteBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Carries out the entries about authentication. Who may propose them is decided here too, by the
 * name and revision that the entry carries, so that every member decides the same.
 *
 * <p>Apply thread only.
 */
public final class AuthCommands {
  /** What the role of this name answers, whatever it was granted. */
  private static final Permission EVERYTHING =
      Permission.newBuilder()
          .setPermType(Permission.Type.READWRITE)
          .setRangeEnd(ByteString.copyFrom(new byte[1]))
          .build();

  /** The answer of a command that has none of its own. */
  public static final Object DONE = new Object();

  private final AuthStore store;
  private final AuthListener listener;
  private final UserCommands users;

  /**
   * A token was issued, or may be.
   *
   * @param username who it is for
   * @param revision the revision of the authentication store
   * @param token the simple token; empty if none was asked for
   */
  public record Authenticated(String username, long revision, String token) {}

  /** Creates the commands on a store. */
  public AuthCommands(AuthStore store, AuthListener listener) {
    this.store = store;
    this.listener = listener;
    this.users = new UserCommands(store, listener);
  }

  /** Whether the entry is one of these. */
  public static boolean handles(InternalRaftRequest request) {
    return request.hasAuthenticate()
        || request.hasAuthEnable()
        || request.hasAuthDisable()
        || request.hasAuthStatus()
        || UserCommands.handles(request)
        || request.hasAuthRoleAdd()
        || request.hasAuthRoleDelete()
        || request.hasAuthRoleGet()
        || request.hasAuthRoleList()
        || request.hasAuthRoleGrantPermission()
        || request.hasAuthRoleRevokePermission();
  }

  /**
   * Carries an entry out.
   *
   * @param index its place in the log, which becomes part of a simple token
   * @return {@link Authenticated}, an etcd response without header, or {@link #DONE}
   */
  public Object apply(WriteBatch batch, long index, Caller caller, InternalRaftRequest request)
      throws KvException {
    if (request.hasAuthenticate()) {
      return authenticate(index, caller, request.getAuthenticate());
    }
    if (request.hasAuthUserGet()) {
      return userGet(caller, request.getAuthUserGet().getName());
    }
    if (request.hasAuthRoleGet()) {
      return roleGet(caller, request.getAuthRoleGet().getRole());
    }
    store.state().requireRoot(caller);
    if (UserCommands.handles(request)) {
      return users.apply(batch, request);
    }
    if (request.hasAuthEnable()) {
      return enable(batch);
    }
    if (request.hasAuthDisable()) {
      return disable(batch);
    }
    if (request.hasAuthStatus()) {
      return AuthStatusResponse.newBuilder()
          .setEnabled(store.state().enabled())
          .setAuthRevision(store.state().revision())
          .build();
    }
    if (request.hasAuthRoleList()) {
      return AuthRoleListResponse.newBuilder().addAllRoles(store.state().roleNames()).build();
    }
    if (request.hasAuthRoleAdd()) {
      return roleAdd(batch, request.getAuthRoleAdd().getName());
    }
    if (request.hasAuthRoleDelete()) {
      return roleDelete(batch, request.getAuthRoleDelete().getRole());
    }
    if (request.hasAuthRoleGrantPermission()) {
      return grantPermission(batch, request.getAuthRoleGrantPermission());
    }
    return revokePermission(batch, request.getAuthRoleRevokePermission());
  }

  private Object enable(WriteBatch batch) throws KvException {
    AuthState state = store.state();
    if (state.enabled()) {
      return DONE;
    }
    var root = state.user(Caller.ROOT);
    if (root == null) {
      throw new KvException(KvError.ROOT_USER_NOT_FOUND);
    }
    if (!AuthState.hasRole(root, Caller.ROOT)) {
      throw new KvException(KvError.ROOT_ROLE_NOT_GRANTED);
    }
    store.enable(batch);
    return DONE;
  }

  private Object disable(WriteBatch batch) {
    if (store.state().enabled()) {
      store.disable(batch);
      listener.allTokensRevoked();
    }
    return DONE;
  }

  /** The password has been compared by the member that proposed; it is not in the log. */
  private Authenticated authenticate(
      long index, Caller checked, InternalAuthenticateRequest request) throws KvException {
    AuthState state = store.state();
    if (!state.enabled()) {
      throw new KvException(KvError.AUTH_NOT_ENABLED);
    }
    var user = state.user(request.getName());
    if (user == null || user.getOptions().getNoPassword()) {
      throw new KvException(KvError.AUTH_FAILED);
    }
    if (checked.revision() != state.revision()) {
      // the password may not be the right one any more
      throw new KvException(KvError.AUTH_OLD_REVISION);
    }
    if (request.getSimpleToken().isEmpty()) {
      return new Authenticated(request.getName(), state.revision(), "");
    }
    String token = request.getSimpleToken() + "." + Long.toUnsignedString(index);
    listener.tokenIssued(token, request.getName());
    return new Authenticated(request.getName(), state.revision(), token);
  }

  /** Users may look at themselves. */
  private AuthUserGetResponse userGet(Caller caller, String name) throws KvException {
    AuthState state = store.state();
    if (caller.username().isEmpty() || !caller.username().equals(name)) {
      state.requireRoot(caller);
    }
    var user = state.user(name);
    if (user == null) {
      throw new KvException(KvError.USER_NOT_FOUND);
    }
    return AuthUserGetResponse.newBuilder().addAllRoles(user.getRolesList()).build();
  }

  /** Users may look at their roles. */
  private AuthRoleGetResponse roleGet(Caller caller, String name) throws KvException {
    AuthState state = store.state();
    var self = state.user(caller.username());
    if (self == null || !AuthState.hasRole(self, name)) {
      state.requireRoot(caller);
    }
    Role role = find(name);
    AuthRoleGetResponse.Builder response = AuthRoleGetResponse.newBuilder();
    return name.equals(Caller.ROOT)
        ? response.addPerm(EVERYTHING).build()
        : response.addAllPerm(role.getKeyPermissionList()).build();
  }

  private Role find(String name) throws KvException {
    Role role = store.state().role(name);
    if (role == null) {
      throw new KvException(KvError.ROLE_NOT_FOUND);
    }
    return role;
  }

  private Object roleAdd(WriteBatch batch, String name) throws KvException {
    if (name.isEmpty()) {
      throw new KvException(KvError.ROLE_EMPTY);
    }
    if (store.state().role(name) != null) {
      throw new KvException(KvError.ROLE_EXISTS);
    }
    store.put(batch, Role.newBuilder().setName(ByteString.copyFromUtf8(name)).build());
    return DONE;
  }

  private Object roleDelete(WriteBatch batch, String name) throws KvException {
    if (store.state().enabled() && name.equals(Caller.ROOT)) {
      throw new KvException(KvError.INVALID_AUTH_MANAGEMENT);
    }
    find(name);
    store.deleteRole(batch, name, users.without(name));
    return DONE;
  }

  private Object grantPermission(WriteBatch batch, AuthRoleGrantPermissionRequest request)
      throws KvException {
    if (!request.hasPerm()) {
      throw new KvException(KvError.PERMISSION_NOT_GIVEN);
    }
    Permission granted = request.getPerm();
    if (!isValid(granted)) {
      throw new KvException(KvError.INVALID_AUTH_MANAGEMENT);
    }
    Role role = find(request.getName());
    List<Permission> permissions = new ArrayList<>(role.getKeyPermissionList());
    // of permissions that begin with the same key only the first is looked at, as in etcd
    int at = firstFrom(permissions, granted.getKey());
    if (at < permissions.size() && sameRange(permissions.get(at), granted)) {
      permissions.set(at, granted);
    } else {
      while (at < permissions.size() && permissions.get(at).getKey().equals(granted.getKey())) {
        at++;
      }
      permissions.add(at, granted);
    }
    store.put(
        batch, role.toBuilder().clearKeyPermission().addAllKeyPermission(permissions).build());
    return DONE;
  }

  private static int firstFrom(List<Permission> permissions, ByteString key) {
    int at = 0;
    while (at < permissions.size()
        && ByteString.unsignedLexicographicalComparator().compare(permissions.get(at).getKey(), key)
            < 0) {
      at++;
    }
    return at;
  }

  private static boolean sameRange(Permission left, Permission right) {
    return left.getKey().equals(right.getKey()) && left.getRangeEnd().equals(right.getRangeEnd());
  }

  private static boolean isValid(Permission permission) {
    ByteString end = permission.getRangeEnd();
    return !permission.getKey().isEmpty()
        && (end.isEmpty()
            || KeySpace.isOpen(end)
            || ByteString.unsignedLexicographicalComparator().compare(permission.getKey(), end)
                < 0);
  }

  private Object revokePermission(WriteBatch batch, AuthRoleRevokePermissionRequest request)
      throws KvException {
    Role role = find(request.getRole());
    Permission revoked =
        Permission.newBuilder().setKey(request.getKey()).setRangeEnd(request.getRangeEnd()).build();
    List<Permission> left =
        role.getKeyPermissionList().stream().filter(each -> !sameRange(each, revoked)).toList();
    if (left.size() == role.getKeyPermissionCount()) {
      throw new KvException(KvError.PERMISSION_NOT_GRANTED);
    }
    store.put(batch, role.toBuilder().clearKeyPermission().addAllKeyPermission(left).build());
    return DONE;
  }
}
