package dev.keelson.kv.auth;

import static dev.keelson.kv.auth.AuthMachine.as;
import static dev.keelson.kv.auth.AuthMachine.bytes;
import static dev.keelson.kv.auth.AuthMachine.disable;
import static dev.keelson.kv.auth.AuthMachine.enable;
import static dev.keelson.kv.auth.AuthMachine.entry;
import static dev.keelson.kv.auth.AuthMachine.grant;
import static dev.keelson.kv.auth.AuthMachine.grantRole;
import static dev.keelson.kv.auth.AuthMachine.revoke;
import static dev.keelson.kv.auth.AuthMachine.revokeRole;
import static dev.keelson.kv.auth.AuthMachine.roleAdd;
import static dev.keelson.kv.auth.AuthMachine.roleDelete;
import static dev.keelson.kv.auth.AuthMachine.roleGet;
import static dev.keelson.kv.auth.AuthMachine.root;
import static dev.keelson.kv.auth.AuthMachine.userAdd;
import static dev.keelson.kv.auth.AuthMachine.userDelete;
import static dev.keelson.kv.auth.AuthMachine.userGet;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.kv.Machine;
import dev.keelson.kv.auth.AuthCommands.Authenticated;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.mvcc.Families;
import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.authpb.User;
import dev.keelson.proto.etcdserverpb.AuthRoleGetResponse;
import dev.keelson.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleListRequest;
import dev.keelson.proto.etcdserverpb.AuthRoleListResponse;
import dev.keelson.proto.etcdserverpb.AuthStatusRequest;
import dev.keelson.proto.etcdserverpb.AuthUserAddRequest;
import dev.keelson.proto.etcdserverpb.AuthUserChangePasswordRequest;
import dev.keelson.proto.etcdserverpb.AuthUserGetResponse;
import dev.keelson.proto.etcdserverpb.AuthUserListRequest;
import dev.keelson.proto.etcdserverpb.AuthUserListResponse;
import dev.keelson.proto.etcdserverpb.InternalAuthenticateRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What entries about users and roles do. */
class AuthStoreTest {
  private Machine machine = new Machine();

  @AfterEach
  void close() {
    machine.close();
  }

  private long revision() {
    return machine.state().auth().revision();
  }

  private void startEnabled() {
    machine.close();
    machine = AuthMachine.enabled();
  }

  @Test
  void aFreshStoreHasRevisionOneAndEveryChangeCounts() {
    assertThat(revision()).isEqualTo(1);
    machine.succeed(userAdd("u"));
    machine.succeed(roleAdd("r"));
    machine.succeed(grant("r", Permission.Type.READ, "a", ""));
    machine.succeed(grantRole("u", "r"));
    assertThat(revision()).isEqualTo(5);
    machine.succeed(revoke("r", "a", ""));
    machine.succeed(revokeRole("u", "r"));
    machine.succeed(userDelete("u"));
    machine.succeed(roleDelete("r"));
    assertThat(revision()).isEqualTo(9);
  }

  @Test
  void whatChangesNothingDoesNotCountAndNeitherDoesSwitchingOn() {
    startEnabled();
    assertThat(revision()).isEqualTo(3);
    root(machine, grantRole("root", "root"));
    root(machine, enable());
    assertThat(machine.fail(as(machine, "root", userAdd("root")))).isEqualTo(KvError.USER_EXISTS);
    assertThat(revision()).isEqualTo(3);
    root(machine, disable());
    assertThat(revision()).isEqualTo(4);
    machine.succeed(disable());
    assertThat(revision()).isEqualTo(4);
  }

  @Test
  void noneOfItMakesARevisionOfTheKeys() {
    long before = machine.revision();
    machine.succeed(userAdd("u"));
    machine.succeed(roleAdd("r"));
    assertThat(machine.revision()).isEqualTo(before);
  }

  @Test
  void switchingOnNeedsARootWithTheRole() {
    assertThat(machine.fail(enable())).isEqualTo(KvError.ROOT_USER_NOT_FOUND);
    machine.succeed(userAdd("root"));
    assertThat(machine.fail(enable())).isEqualTo(KvError.ROOT_ROLE_NOT_GRANTED);
    machine.succeed(grantRole("root", "root"));
    machine.succeed(enable());
    assertThat(machine.state().auth().enabled()).isTrue();
  }

  @Test
  void namesAreNeededAndUsedOnce() {
    assertThat(machine.fail(userAdd(""))).isEqualTo(KvError.USER_EMPTY);
    assertThat(machine.fail(roleAdd(""))).isEqualTo(KvError.ROLE_EMPTY);
    machine.succeed(userAdd("u"));
    machine.succeed(roleAdd("r"));
    assertThat(machine.fail(userAdd("u"))).isEqualTo(KvError.USER_EXISTS);
    assertThat(machine.fail(roleAdd("r"))).isEqualTo(KvError.ROLE_EXISTS);
  }

  @Test
  void whatDoesNotExistIsNamed() {
    machine.succeed(userAdd("u"));
    machine.succeed(roleAdd("r"));
    assertThat(machine.fail(userDelete("x"))).isEqualTo(KvError.USER_NOT_FOUND);
    assertThat(machine.fail(userGet("x"))).isEqualTo(KvError.USER_NOT_FOUND);
    assertThat(machine.fail(roleDelete("x"))).isEqualTo(KvError.ROLE_NOT_FOUND);
    assertThat(machine.fail(roleGet("x"))).isEqualTo(KvError.ROLE_NOT_FOUND);
    assertThat(machine.fail(grantRole("x", "r"))).isEqualTo(KvError.USER_NOT_FOUND);
    assertThat(machine.fail(grantRole("u", "x"))).isEqualTo(KvError.ROLE_NOT_FOUND);
    assertThat(machine.fail(revokeRole("u", "r"))).isEqualTo(KvError.ROLE_NOT_GRANTED);
    assertThat(machine.fail(revoke("r", "a", ""))).isEqualTo(KvError.PERMISSION_NOT_GRANTED);
    assertThat(machine.fail(grant("x", Permission.Type.READ, "a", "")))
        .isEqualTo(KvError.ROLE_NOT_FOUND);
  }

  @Test
  void whileItIsOnRootStaysRoot() {
    startEnabled();
    root(machine, roleAdd("root"));
    assertThat(machine.fail(as(machine, "root", userDelete("root"))))
        .isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
    assertThat(machine.fail(as(machine, "root", revokeRole("root", "root"))))
        .isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
    assertThat(machine.fail(as(machine, "root", roleDelete("root"))))
        .isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
    root(machine, disable());
    machine.succeed(userDelete("root"));
  }

  @Test
  void permissionsAreSortedByKeyAndReplacedByRange() {
    machine.succeed(roleAdd("r"));
    machine.succeed(grant("r", Permission.Type.READ, "m", ""));
    machine.succeed(grant("r", Permission.Type.WRITE, "a", "z"));
    machine.succeed(grant("r", Permission.Type.READWRITE, "m", ""));
    AuthRoleGetResponse role = (AuthRoleGetResponse) machine.succeed(roleGet("r"));
    assertThat(role.getPermList())
        .extracting(each -> each.getKey().toStringUtf8() + " " + each.getPermType())
        .containsExactly("a WRITE", "m READWRITE");
  }

  @Test
  void aPermissionNeedsAKeyAndARangeThatHoldsOne() {
    machine.succeed(roleAdd("r"));
    InternalRaftRequest none =
        entry()
            .setAuthRoleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder().setName("r"))
            .build();
    assertThat(machine.fail(none)).isEqualTo(KvError.PERMISSION_NOT_GIVEN);
    for (String[] range : new String[][] {{"", ""}, {"", "z"}, {"b", "b"}, {"b", "a"}}) {
      assertThat(machine.fail(grant("r", Permission.Type.READ, range[0], range[1])))
          .isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
    }
    machine.succeed(grant("r", Permission.Type.READ, "\0", "\0"));
  }

  @Test
  void deletingARoleTakesItFromItsUsers() {
    machine.succeed(userAdd("u"));
    machine.succeed(roleAdd("r"));
    machine.succeed(roleAdd("s"));
    machine.succeed(grantRole("u", "s"));
    machine.succeed(grantRole("u", "r"));
    assertThat(roles("u")).containsExactly("r", "s");
    machine.succeed(roleDelete("r"));
    assertThat(roles("u")).containsExactly("s");
  }

  private List<String> roles(String user) {
    return ((AuthUserGetResponse) machine.succeed(userGet(user))).getRolesList();
  }

  @Test
  void namesAreListedInTheOrderOfTheirBytes() {
    // U+FF5E sorts behind U+1F600 as UTF-16, before it as UTF-8
    for (String name : List.of("\ud83d\ude00", "\uff5e", "b", "a", "ab")) {
      machine.succeed(userAdd(name));
      machine.succeed(roleAdd(name));
    }
    AuthUserListResponse users =
        (AuthUserListResponse)
            machine.succeed(
                entry().setAuthUserList(AuthUserListRequest.getDefaultInstance()).build());
    AuthRoleListResponse roles =
        (AuthRoleListResponse)
            machine.succeed(
                entry().setAuthRoleList(AuthRoleListRequest.getDefaultInstance()).build());
    assertThat(users.getUsersList()).containsExactly("a", "ab", "b", "\uff5e", "\ud83d\ude00");
    assertThat(roles.getRolesList()).isEqualTo(users.getUsersList());
  }

  @Test
  void roleRootMayDoEverythingWhateverItWasGranted() {
    machine.succeed(roleAdd("root"));
    machine.succeed(grant("root", Permission.Type.READ, "a", ""));
    AuthRoleGetResponse role = (AuthRoleGetResponse) machine.succeed(roleGet("root"));
    assertThat(role.getPermList())
        .containsExactly(
            Permission.newBuilder()
                .setPermType(Permission.Type.READWRITE)
                .setRangeEnd(bytes("\0"))
                .build());
  }

  @Test
  void usersLookAtThemselvesAndTheirRolesOnly() {
    startEnabled();
    AuthMachine.user(machine, "u");
    AuthMachine.user(machine, "v");
    machine.succeed(as(machine, "u", userGet("u")));
    machine.succeed(as(machine, "u", roleGet("u")));
    assertThat(machine.fail(as(machine, "u", userGet("v")))).isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(machine.fail(as(machine, "u", roleGet("v")))).isEqualTo(KvError.PERMISSION_DENIED);
    assertThat(machine.fail(userGet(""))).isEqualTo(KvError.USER_EMPTY);
    assertThat(machine.fail(roleGet("u"))).isEqualTo(KvError.USER_EMPTY);
  }

  @Test
  void theRestIsForRoot() {
    startEnabled();
    AuthMachine.user(machine, "u");
    List<InternalRaftRequest> entries =
        List.of(
            enable(),
            disable(),
            entry().setAuthStatus(AuthStatusRequest.getDefaultInstance()).build(),
            entry().setAuthUserList(AuthUserListRequest.getDefaultInstance()).build(),
            entry().setAuthRoleList(AuthRoleListRequest.getDefaultInstance()).build(),
            userAdd("x"),
            userDelete("u"),
            grantRole("u", "root"),
            revokeRole("u", "u"),
            roleAdd("x"),
            roleDelete("u"),
            grant("u", Permission.Type.READ, "a", ""),
            revoke("u", "a", ""),
            entry()
                .setAuthUserChangePassword(AuthUserChangePasswordRequest.newBuilder().setName("u"))
                .build());
    for (InternalRaftRequest entry : entries) {
      assertThat(machine.fail(entry)).as("%s", entry).isEqualTo(KvError.USER_EMPTY);
      assertThat(machine.fail(as(machine, "u", entry)))
          .as("%s", entry)
          .isEqualTo(KvError.PERMISSION_DENIED);
      assertThat(machine.fail(as(machine, "nobody", entry)))
          .as("%s", entry)
          .isEqualTo(KvError.USER_NOT_FOUND);
    }
  }

  @Test
  void aTokenIsIssuedWhileThePasswordIsTheOneThatWasCompared() {
    startEnabled();
    AuthMachine.root(machine, withPassword("u", "hash"));
    long compared = revision();
    InternalRaftRequest login =
        entry()
            .setAuthenticate(
                InternalAuthenticateRequest.newBuilder().setName("u").setSimpleToken("prefix"))
            .build();
    Authenticated issued = (Authenticated) machine.succeed(as("", compared, login));
    assertThat(issued.token()).isEqualTo("prefix." + machine.state().appliedIndex());
    assertThat(machine.notices()).contains("token " + issued.token() + " u");
    AuthMachine.root(
        machine,
        entry()
            .setAuthUserChangePassword(
                AuthUserChangePasswordRequest.newBuilder()
                    .setName("u")
                    .setHashedPassword(base64("other")))
            .build());
    assertThat(machine.notices()).contains("no tokens u");
    assertThat(machine.fail(as("", compared, login))).isEqualTo(KvError.AUTH_OLD_REVISION);
  }

  @Test
  void noTokenIsIssuedToStrangersOrWithoutPasswordOrWhileItIsOff() {
    InternalRaftRequest.Builder login = entry();
    login.getAuthenticateBuilder().setName("u").setSimpleToken("prefix");
    assertThat(machine.fail(as("", 1, login.build()))).isEqualTo(KvError.AUTH_NOT_ENABLED);
    startEnabled();
    assertThat(machine.fail(as(machine, "", login.build()))).isEqualTo(KvError.AUTH_FAILED);
    AuthMachine.user(machine, "u");
    assertThat(machine.fail(as(machine, "", login.build()))).isEqualTo(KvError.AUTH_FAILED);
    assertThat(machine.notices()).noneMatch(notice -> notice.startsWith("token"));
  }

  @Test
  void switchingOffAndDeletingAUserEndTokens() {
    startEnabled();
    AuthMachine.user(machine, "u");
    root(machine, userDelete("u"));
    root(machine, disable());
    assertThat(machine.notices()).containsSubsequence("no tokens u", "no tokens");
  }

  private static InternalRaftRequest withPassword(String name, String hash) {
    return entry()
        .setAuthUserAdd(
            AuthUserAddRequest.newBuilder().setName(name).setHashedPassword(base64(hash)))
        .build();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(bytes(text).toByteArray());
  }

  @Test
  void rowsAreThoseOfEtcdsBuckets() throws Exception {
    startEnabled();
    root(machine, withPassword("u", "hash"));
    root(machine, roleAdd("r"));
    assertThat(machine.backend().get(Families.AUTH, bytes("authEnabled").toByteArray()))
        .containsExactly(1);
    byte[] revision = machine.backend().get(Families.AUTH, bytes("authRevision").toByteArray());
    assertThat(ByteBuffer.wrap(requireNonNull(revision)).getLong()).isEqualTo(5);
    User user =
        User.parseFrom(
            requireNonNull(machine.backend().get(Families.USERS, bytes("u").toByteArray())));
    assertThat(user.getPassword()).isEqualTo(bytes("hash"));
    assertThat(machine.backend().get(Families.ROLES, bytes("r").toByteArray())).isNotNull();
  }

  @Test
  void aRestartAndAReplayBringTheSameStateBack() {
    startEnabled();
    AuthMachine.user(machine, "u");
    machine.flush();
    root(machine, grant("u", Permission.Type.READ, "a", ""));
    root(machine, userDelete("u"));
    var before = machine.dump();
    long revision = revision();
    machine.crash();
    assertThat(revision()).isEqualTo(revision - 2);
    assertThat(machine.state().auth().user("u")).isNotNull();
    machine.replay();
    machine.commit();
    assertThat(machine.dump()).isEqualTo(before);
    assertThat(revision()).isEqualTo(revision);
    assertThat(machine.state().auth().enabled()).isTrue();
  }
}
