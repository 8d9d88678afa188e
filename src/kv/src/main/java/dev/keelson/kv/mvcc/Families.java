package dev.keelson.kv.mvcc;

import dev.keelson.storage.backend.Family;
import dev.keelson.storage.backend.Family.Access;
import java.util.List;

/**
 * The families of the replicated state.
 *
 * <pre>
 * current     user key                          row             newest version of each live key
 * events      main | '_' | sub | ['t']          row             every change by revision ('t': deletion)
 * history     escaped user key | superseded-at  main, sub       where the superseded row is in events
 * meta        name                              bytes           applied index, compaction, key counts
 * leases      id                                leasepb.Lease
 * lease_keys  id | user key                     -               keys attached to a lease
 * alarms      member id | type                  -
 * members     member id                         member record
 * cluster     name                              bytes           cluster version, removed members
 * auth, users, roles                                            authentication and authorisation
 * </pre>
 *
 * The key of an event is byte for byte that of etcd's {@code key} bucket, and a row ends with the
 * {@code mvccpb.KeyValue} etcd stores there: a snapshot in etcd's file format and {@code HashKV}
 * are sequential reads of one family.
 */
public final class Families {
  public static final Family CURRENT = new Family("current", 0, Access.POINT);
  public static final Family EVENTS = new Family("events", 1, Access.LOG);
  public static final Family HISTORY = new Family("history", 2, Access.LOG);
  public static final Family META = new Family("meta", 3, Access.SMALL);
  public static final Family LEASES = new Family("leases", 4, Access.SMALL);
  public static final Family LEASE_KEYS = new Family("lease_keys", 5, Access.LOG);
  public static final Family ALARMS = new Family("alarms", 6, Access.SMALL);
  public static final Family MEMBERS = new Family("members", 7, Access.SMALL);
  public static final Family CLUSTER = new Family("cluster", 8, Access.SMALL);
  public static final Family AUTH = new Family("auth", 9, Access.SMALL);
  public static final Family USERS = new Family("users", 10, Access.SMALL);
  public static final Family ROLES = new Family("roles", 11, Access.SMALL);

  /** All families, in the order of their ordinals. */
  public static final List<Family> ALL =
      List.of(
          CURRENT,
          EVENTS,
          HISTORY,
          META,
          LEASES,
          LEASE_KEYS,
          ALARMS,
          MEMBERS,
          CLUSTER,
          AUTH,
          USERS,
          ROLES);

  private Families() {}
}
