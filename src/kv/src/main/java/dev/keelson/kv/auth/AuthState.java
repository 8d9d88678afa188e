package dev.keelson.kv.auth;

import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.proto.authpb.Role;
import dev.keelson.proto.authpb.User;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Users, roles and permissions as they were at one revision of the authentication store. Immutable;
 * safe from any thread. What a user's roles add up to is computed when it is first asked for.
 */
public final class AuthState {
  private final boolean enabled;
  private final long revision;
  private final NavigableMap<String, User> users;
  private final NavigableMap<String, Role> roles;
  private final ConcurrentHashMap<String, UserRights> rights = new ConcurrentHashMap<>();

  AuthState(
      boolean enabled,
      long revision,
      NavigableMap<String, User> users,
      NavigableMap<String, Role> roles) {
    this.enabled = enabled;
    this.revision = revision;
    this.users = users;
    this.roles = roles;
  }

  /** Whether callers need an identity. */
  public boolean enabled() {
    return enabled;
  }

  /** Counts the changes; 1 in a fresh store. */
  public long revision() {
    return revision;
  }

  /**
   * Whether what was allowed by an earlier state may still be answered: a member that was asked
   * while rights changed does not know which came first.
   */
  public boolean confirms(AuthState earlier) {
    return !enabled || (earlier.enabled && earlier.revision == revision);
  }

  /** A user's record; null if there is no such user. */
  public @Nullable User user(String name) {
    return users.get(name);
  }

  @Nullable Role role(String name) {
    return roles.get(name);
  }

  /** Names of all users, sorted. */
  List<String> userNames() {
    return List.copyOf(users.keySet());
  }

  /** Names of all roles, sorted. */
  List<String> roleNames() {
    return List.copyOf(roles.keySet());
  }

  /** For a change; the caller's own copy. */
  NavigableMap<String, User> copyOfUsers() {
    return new TreeMap<>(users);
  }

  /** For a change; the caller's own copy. */
  NavigableMap<String, Role> copyOfRoles() {
    return new TreeMap<>(roles);
  }

  NavigableMap<String, User> users() {
    return users;
  }

  NavigableMap<String, Role> roles() {
    return roles;
  }

  static boolean hasRole(User user, String role) {
    return Collections.binarySearch(user.getRolesList(), role, NameOrder::compare) >= 0;
  }

  /**
   * Passes callers with the root role, and everybody while authentication is off.
   *
   * @throws KvException if there is no identity, no such user, or the user lacks the role
   */
  public void requireRoot(Caller caller) throws KvException {
    User user = requireKnown(caller);
    if (user != null && !hasRole(user, Caller.ROOT)) {
      throw new KvException(KvError.PERMISSION_DENIED);
    }
  }

  /**
   * Passes callers who are users, and everybody while authentication is off.
   *
   * @throws KvException if there is no identity or no such user
   */
  public void requireUser(Caller caller) throws KvException {
    requireKnown(caller);
  }

  /** The caller's record; null while authentication is off. */
  private @Nullable User requireKnown(Caller caller) throws KvException {
    if (!enabled) {
      return null;
    }
    if (caller.username().isEmpty()) {
      throw new KvException(KvError.USER_EMPTY);
    }
    User user = users.get(caller.username());
    if (user == null) {
      throw new KvException(KvError.USER_NOT_FOUND);
    }
    return user;
  }

  /**
   * What the caller may do with keys; null when everything is allowed.
   *
   * @throws KvException if there is no identity, it was established at an older revision, or there
   *     is no such user
   */
  @Nullable UserRights rightsOf(Caller caller) throws KvException {
    if (!enabled) {
      return null;
    }
    if (caller.revision() == 0) {
      throw new KvException(KvError.USER_EMPTY);
    }
    if (caller.revision() < revision) {
      throw new KvException(KvError.AUTH_OLD_REVISION);
    }
    UserRights own = rights.get(caller.username());
    if (own == null) {
      User user = users.get(caller.username());
      if (user == null) {
        throw new KvException(KvError.PERMISSION_DENIED);
      }
      own = computeRights(user);
      rights.put(caller.username(), own);
    }
    return own.root() ? null : own;
  }

  private UserRights computeRights(User user) {
    List<Role> granted = new ArrayList<>(user.getRolesCount());
    for (String name : user.getRolesList()) {
      Role role = roles.get(name);
      if (role != null) {
        granted.add(role);
      }
    }
    return UserRights.of(hasRole(user, Caller.ROOT), granted);
  }
}
