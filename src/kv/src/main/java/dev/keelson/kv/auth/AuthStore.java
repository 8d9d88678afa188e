package dev.keelson.kv.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.authpb.Role;
import dev.keelson.proto.authpb.User;
import dev.keelson.storage.backend.Cursor;
import dev.keelson.storage.backend.KvBackend;
import dev.keelson.storage.backend.Reader;
import dev.keelson.storage.backend.WriteBatch;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The replicated record of authentication, in the encodings of etcd's own buckets, so that a
 * snapshot in etcd's format takes the rows over as they are.
 *
 * <p>Changed by the apply thread only; {@link #state} is safe from any.
 */
public final class AuthStore {
  private static final byte[] ENABLED = "authEnabled".getBytes(US_ASCII);
  private static final byte[] REVISION = "authRevision".getBytes(US_ASCII);
  private static final long FIRST_REVISION = 1;

  private volatile AuthState state;

  /** Loads what the backend holds. */
  public AuthStore(KvBackend backend) {
    state = load(backend);
  }

  /** Takes over what the backend's contents were replaced by. */
  public void reload(Reader backend) {
    state = load(backend);
  }

  private static AuthState load(Reader backend) {
    byte[] enabled = backend.get(Families.AUTH, ENABLED);
    byte[] revision = backend.get(Families.AUTH, REVISION);
    NavigableMap<String, User> users = new TreeMap<>(NameOrder::compare);
    NavigableMap<String, Role> roles = new TreeMap<>(NameOrder::compare);
    try {
      try (Cursor cursor = backend.ascending(Families.USERS, new byte[0], null)) {
        while (cursor.next()) {
          User user = User.parseFrom(cursor.value());
          users.put(user.getName().toStringUtf8(), user);
        }
      }
      try (Cursor cursor = backend.ascending(Families.ROLES, new byte[0], null)) {
        while (cursor.next()) {
          Role role = Role.parseFrom(cursor.value());
          roles.put(role.getName().toStringUtf8(), role);
        }
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a user or role record cannot be decoded", e);
    }
    return new AuthState(
        enabled != null && enabled.length == 1 && enabled[0] == 1,
        revision == null ? FIRST_REVISION : ByteBuffer.wrap(revision).getLong(),
        users,
        roles);
  }

  /** The newest state. */
  public AuthState state() {
    return state;
  }

  /** Switches on; not a change that counts, as in etcd. */
  void enable(WriteBatch batch) {
    batch.put(Families.AUTH, ENABLED, new byte[] {1});
    state = new AuthState(true, state.revision(), state.users(), state.roles());
  }

  void disable(WriteBatch batch) {
    batch.put(Families.AUTH, ENABLED, new byte[] {0});
    publish(batch, false, state.users(), state.roles());
  }

  void put(WriteBatch batch, User user) {
    NavigableMap<String, User> users = state.copyOfUsers();
    write(batch, users, user);
    publish(batch, state.enabled(), users, state.roles());
  }

  void deleteUser(WriteBatch batch, String name) {
    NavigableMap<String, User> users = state.copyOfUsers();
    users.remove(name);
    batch.delete(Families.USERS, name.getBytes(UTF_8));
    publish(batch, state.enabled(), users, state.roles());
  }

  void put(WriteBatch batch, Role role) {
    NavigableMap<String, Role> roles = state.copyOfRoles();
    roles.put(role.getName().toStringUtf8(), role);
    batch.put(Families.ROLES, role.getName().toByteArray(), role.toByteArray());
    publish(batch, state.enabled(), state.users(), roles);
  }

  /** Removes a role together with its being granted. */
  void deleteRole(WriteBatch batch, String name, Iterable<User> without) {
    NavigableMap<String, Role> roles = state.copyOfRoles();
    roles.remove(name);
    batch.delete(Families.ROLES, name.getBytes(UTF_8));
    NavigableMap<String, User> users = state.copyOfUsers();
    without.forEach(user -> write(batch, users, user));
    publish(batch, state.enabled(), users, roles);
  }

  private static void write(WriteBatch batch, NavigableMap<String, User> users, User user) {
    users.put(user.getName().toStringUtf8(), user);
    batch.put(Families.USERS, user.getName().toByteArray(), user.toByteArray());
  }

  /** Makes a change visible, under the next revision. */
  private void publish(
      WriteBatch batch,
      boolean enabled,
      NavigableMap<String, User> users,
      NavigableMap<String, Role> roles) {
    long revision = state.revision() + 1;
    batch.put(Families.AUTH, REVISION, ByteBuffer.allocate(Long.BYTES).putLong(revision).array());
    state = new AuthState(enabled, revision, users, roles);
  }
}
