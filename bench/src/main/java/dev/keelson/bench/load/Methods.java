package dev.keelson.bench.load;

/** The gRPC methods that are called. */
final class Methods {
  static final String PUT = "/etcdserverpb.KV/Put";
  static final String RANGE = "/etcdserverpb.KV/Range";
  static final String TXN = "/etcdserverpb.KV/Txn";
  static final String WATCH = "/etcdserverpb.Watch/Watch";
  static final String LEASE_GRANT = "/etcdserverpb.Lease/LeaseGrant";
  static final String LEASE_REVOKE = "/etcdserverpb.Lease/LeaseRevoke";
  static final String LEASE_KEEP_ALIVE = "/etcdserverpb.Lease/LeaseKeepAlive";
  static final String RANGE_STREAM = "/etcdserverpb.KV/RangeStream";
  static final String SNAPSHOT = "/etcdserverpb.Maintenance/Snapshot";
  static final String AUTHENTICATE = "/etcdserverpb.Auth/Authenticate";

  private Methods() {}
}
