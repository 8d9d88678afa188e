package dev.keelson.kv.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients compare code and text, so both are written out here once more. */
class KvErrorTest {
  @ParameterizedTest
  @CsvSource({
    "EMPTY_KEY, 3, etcdserver: key is not provided",
    "KEY_NOT_FOUND, 3, etcdserver: key not found",
    "VALUE_PROVIDED, 3, etcdserver: value is provided",
    "LEASE_PROVIDED, 3, etcdserver: lease is provided",
    "TOO_MANY_OPS, 3, etcdserver: too many operations in txn request",
    "DUPLICATE_KEY, 3, etcdserver: duplicate key given in txn request",
    "INVALID_SORT_OPTION, 3, etcdserver: invalid sort option",
    "REQUEST_TOO_LARGE, 3, etcdserver: request is too large",
    "COMPACTED, 11, etcdserver: mvcc: required revision has been compacted",
    "FUTURE_REVISION, 11, etcdserver: mvcc: required revision is a future revision",
    "LEASE_TTL_TOO_LARGE, 11, etcdserver: too large lease TTL",
    "NO_SPACE, 8, etcdserver: mvcc: database space exceeded",
    "LEASE_NOT_FOUND, 5, etcdserver: requested lease not found",
    "MEMBER_NOT_FOUND, 5, etcdserver: member not found",
    "LEASE_EXISTS, 9, etcdserver: lease already exists",
    "NOT_LEADER, 9, etcdserver: not leader",
    "NO_LEADER, 14, etcdserver: no leader",
    "LEADER_CHANGED, 14, etcdserver: leader changed",
    "TIMED_OUT, 14, etcdserver: request timed out",
    "CORRUPT, 15, etcdserver: corrupt cluster",
    "TOO_MANY_REQUESTS, 2, etcdserver: too many requests",
    "USER_EMPTY, 3, etcdserver: user name is empty",
    "ROLE_EMPTY, 3, etcdserver: role name is empty",
    "'AUTH_FAILED', 3, 'etcdserver: authentication failed, invalid user ID or password'",
    "PERMISSION_NOT_GIVEN, 3, etcdserver: permission not given",
    "INVALID_AUTH_MANAGEMENT, 3, etcdserver: invalid auth management",
    "AUTH_OLD_REVISION, 3, etcdserver: revision of auth store is old",
    "ROOT_USER_NOT_FOUND, 9, etcdserver: root user does not exist",
    "ROOT_ROLE_NOT_GRANTED, 9, etcdserver: root user does not have root role",
    "USER_EXISTS, 9, etcdserver: user name already exists",
    "USER_NOT_FOUND, 9, etcdserver: user name not found",
    "ROLE_EXISTS, 9, etcdserver: role name already exists",
    "ROLE_NOT_FOUND, 9, etcdserver: role name not found",
    "ROLE_NOT_GRANTED, 9, etcdserver: role is not granted to the user",
    "PERMISSION_NOT_GRANTED, 9, etcdserver: permission is not granted to the role",
    "AUTH_NOT_ENABLED, 9, etcdserver: authentication is not enabled",
    "PERMISSION_DENIED, 7, etcdserver: permission denied",
    "INVALID_AUTH_TOKEN, 16, etcdserver: invalid auth token",
    "NO_PASSWORD_USER, 2, 'auth: authentication failed, password was given for no password user'",
    "RANGE_STREAM_SORT, 12, RangeStream does not support custom sort orders",
    "RANGE_STREAM_FILTER, 12, RangeStream does not support revision filters",
  })
  void travelsWithTheCodeAndTextOfEtcd(KvError error, int code, String text) {
    assertThat(error.code()).isEqualTo(code);
    assertThat(error.text()).isEqualTo(text);
    assertThat(new KvException(error)).hasMessage(text).hasNoCause();
  }

  @Test
  void anAnswerCarriesNoStackTrace() {
    assertThat(new KvException(KvError.EMPTY_KEY).getStackTrace()).isEmpty();
  }
}
