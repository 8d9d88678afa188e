package dev.keelson.kv.snapshot;

import dev.keelson.kv.mvcc.Families;
import dev.keelson.storage.backend.Family;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/** The buckets of a snapshot that a restored cluster takes over; the others it writes anew. */
final class CarriedBuckets {
  static final String KEYS = "key";
  static final String ALARMS = "alarm";
  static final String AUTH = "auth";
  static final String LEASES = "lease";

  /** By name, the family that holds its rows. */
  static final SortedMap<String, Family> FAMILIES = families();

  private CarriedBuckets() {}

  private static SortedMap<String, Family> families() {
    TreeMap<String, Family> families = new TreeMap<>();
    families.put(ALARMS, Families.ALARMS);
    families.put(AUTH, Families.AUTH);
    families.put("authRoles", Families.ROLES);
    families.put("authUsers", Families.USERS);
    families.put(KEYS, Families.EVENTS);
    families.put(LEASES, Families.LEASES);
    return Collections.unmodifiableSortedMap(families);
  }
}
