package dev.keelson.kv.error;

/**
 * The errors a client can meet, each with the gRPC code and the text that etcd sends: clients
 * compare both.
 *
 * <p>Two of them travel with code Unknown although client libraries list another code for the text;
 * that is how etcd sends them.
 */
public enum KvError {
  EMPTY_KEY(Code.INVALID_ARGUMENT, "key is not provided"),
  KEY_NOT_FOUND(Code.INVALID_ARGUMENT, "key not found"),
  VALUE_PROVIDED(Code.INVALID_ARGUMENT, "value is provided"),
  LEASE_PROVIDED(Code.INVALID_ARGUMENT, "lease is provided"),
  TOO_MANY_OPS(Code.INVALID_ARGUMENT, "too many operations in txn request"),
  DUPLICATE_KEY(Code.INVALID_ARGUMENT, "duplicate key given in txn request"),
  INVALID_CLIENT_API_VERSION(Code.INVALID_ARGUMENT, "invalid client api version"),
  INVALID_SORT_OPTION(Code.INVALID_ARGUMENT, "invalid sort option"),
  BAD_MEMBER_URLS(Code.INVALID_ARGUMENT, "given member URLs are invalid"),
  REQUEST_TOO_LARGE(Code.INVALID_ARGUMENT, "request is too large"),
  BAD_DOWNGRADE_FORMAT(Code.INVALID_ARGUMENT, "wrong downgrade target version format"),
  BAD_DOWNGRADE_TARGET(Code.INVALID_ARGUMENT, "invalid downgrade target version"),
  USER_EMPTY(Code.INVALID_ARGUMENT, "user name is empty"),
  ROLE_EMPTY(Code.INVALID_ARGUMENT, "role name is empty"),
  AUTH_FAILED(Code.INVALID_ARGUMENT, "authentication failed, invalid user ID or password"),
  PERMISSION_NOT_GIVEN(Code.INVALID_ARGUMENT, "permission not given"),
  INVALID_AUTH_MANAGEMENT(Code.INVALID_ARGUMENT, "invalid auth management"),
  AUTH_OLD_REVISION(Code.INVALID_ARGUMENT, "revision of auth store is old"),

  COMPACTED(Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
  FUTURE_REVISION(Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
  LEASE_TTL_TOO_LARGE(Code.OUT_OF_RANGE, "too large lease TTL"),

  NO_SPACE(Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),
  ANSWER_TOO_LARGE(
      Code.RESOURCE_EXHAUSTED,
      "response is too large to be held in memory, set a limit; a write in it has been applied"),

  LEASE_NOT_FOUND(Code.NOT_FOUND, "requested lease not found"),
  MEMBER_NOT_FOUND(Code.NOT_FOUND, "member not found"),

  LEASE_EXISTS(Code.FAILED_PRECONDITION, "lease already exists"),
  MEMBER_EXISTS(Code.FAILED_PRECONDITION, "member ID already exist"),
  PEER_URL_EXISTS(Code.FAILED_PRECONDITION, "Peer URLs already exists"),
  NOT_A_LEARNER(Code.FAILED_PRECONDITION, "can only promote a learner member"),
  LEARNER_NOT_READY(
      Code.FAILED_PRECONDITION, "can only promote a learner member which is in sync with leader"),
  TOO_MANY_LEARNERS(Code.FAILED_PRECONDITION, "too many learner members in cluster"),
  AUTH_NOT_ENABLED(Code.FAILED_PRECONDITION, "authentication is not enabled"),
  ROOT_USER_NOT_FOUND(Code.FAILED_PRECONDITION, "root user does not exist"),
  ROOT_ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "root user does not have root role"),
  USER_EXISTS(Code.FAILED_PRECONDITION, "user name already exists"),
  USER_NOT_FOUND(Code.FAILED_PRECONDITION, "user name not found"),
  ROLE_EXISTS(Code.FAILED_PRECONDITION, "role name already exists"),
  ROLE_NOT_FOUND(Code.FAILED_PRECONDITION, "role name not found"),
  ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "role is not granted to the user"),
  PERMISSION_NOT_GRANTED(Code.FAILED_PRECONDITION, "permission is not granted to the role"),
  NOT_LEADER(Code.FAILED_PRECONDITION, "not leader"),
  BAD_LEADER_TRANSFEREE(Code.FAILED_PRECONDITION, "bad leader transferee"),
  LEARNER_UNSUPPORTED(Code.FAILED_PRECONDITION, "rpc not supported for learner"),
  DOWNGRADE_IN_PROGRESS(Code.FAILED_PRECONDITION, "cluster has a downgrade job in progress"),

  PERMISSION_DENIED(Code.PERMISSION_DENIED, "permission denied"),
  INVALID_AUTH_TOKEN(Code.UNAUTHENTICATED, "invalid auth token"),

  NO_LEADER(Code.UNAVAILABLE, "no leader"),
  LEADER_CHANGED(Code.UNAVAILABLE, "leader changed"),
  STOPPED(Code.UNAVAILABLE, "server stopped"),
  TIMED_OUT(Code.UNAVAILABLE, "request timed out"),
  TIMED_OUT_LEADER_FAILED(
      Code.UNAVAILABLE, "request timed out, possibly due to previous leader failure"),
  TIMED_OUT_CONNECTION_LOST(Code.UNAVAILABLE, "request timed out, possibly due to connection lost"),
  TIMED_OUT_APPLY(
      Code.UNAVAILABLE, "request timed out, waiting for the applied index took too long"),

  UNHEALTHY_CLUSTER(Code.UNAVAILABLE, "unhealthy cluster"),

  CORRUPT(Code.DATA_LOSS, "corrupt cluster"),

  NOT_ENOUGH_STARTED(Code.UNKNOWN, "re-configuration failed due to not enough started members"),
  TOO_MANY_REQUESTS(Code.UNKNOWN, "too many requests"),
  TRANSFER_TIMED_OUT(Code.UNKNOWN, "request timed out, leader transfer took too long"),
  UNKNOWN_METHOD(Code.UNKNOWN, "unknown method"),
  NO_PASSWORD_USER(
      Code.UNKNOWN, "auth: authentication failed, password was given for no password user", ""),
  PASSWORD_TOO_LONG(Code.UNKNOWN, "bcrypt: password length exceeds 72 bytes", ""),
  VERIFY_ONLY(Code.UNKNOWN, "auth: token signing attempted with verify-only key", ""),

  RANGE_STREAM_SORT(Code.UNIMPLEMENTED, "RangeStream does not support custom sort orders", ""),
  RANGE_STREAM_FILTER(Code.UNIMPLEMENTED, "RangeStream does not support revision filters", "");

  private static final String PREFIX = "etcdserver: ";

  private final Code code;
  private final String text;

  KvError(Code code, String text) {
    this(code, text, PREFIX);
  }

  KvError(Code code, String text, String prefix) {
    this.code = code;
    this.text = prefix + text;
  }

  /** The gRPC status code, by its number. */
  public int code() {
    return code.number;
  }

  /** The text, with etcd's prefix. */
  public String text() {
    return text;
  }

  private enum Code {
    UNKNOWN(2),
    INVALID_ARGUMENT(3),
    NOT_FOUND(5),
    PERMISSION_DENIED(7),
    RESOURCE_EXHAUSTED(8),
    FAILED_PRECONDITION(9),
    OUT_OF_RANGE(11),
    UNIMPLEMENTED(12),
    UNAVAILABLE(14),
    DATA_LOSS(15),
    UNAUTHENTICATED(16);

    final int number;

    Code(int number) {
      this.number = number;
    }
  }
}
