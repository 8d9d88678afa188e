package dev.keelson.kv.auth;

import dev.keelson.kv.error.KvException;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import dev.keelson.proto.etcdserverpb.RequestHeader;

/**
 * Decides at apply whether the caller named in an entry may do what the entry says. The decision
 * uses the log up to the entry alone: a right taken away before it does not let it through,
 * whatever the member believed that took the request.
 */
public final class EntryAccess {
  private EntryAccess() {}

  /** Who proposed the entry. */
  public static Caller caller(InternalRaftRequest request) {
    RequestHeader header = request.getHeader();
    return header.getUsername().isEmpty() && header.getAuthRevision() == 0
        ? Caller.NOBODY
        : new Caller(header.getUsername(), header.getAuthRevision());
  }

  /**
   * Passes an entry that is allowed. Compactions without a caller are the cluster's own, as are
   * alarms and what concerns members; those of clients are checked when they are proposed, too.
   *
   * @throws KvException if it is not
   */
  public static void check(
      AuthState state, InternalRaftRequest request, KeyAccess.LeaseKeys leaseKeys)
      throws KvException {
    if (!state.enabled()) {
      return;
    }
    Caller caller = caller(request);
    if (request.hasPut()) {
      new KeyAccess(state, caller, leaseKeys).put(request.getPut());
    } else if (request.hasTxn()) {
      new KeyAccess(state, caller, leaseKeys).txn(request.getTxn());
    } else if (request.hasDeleteRange()) {
      new KeyAccess(state, caller, leaseKeys).deleteRange(request.getDeleteRange());
    } else if (request.hasLeaseRevoke()) {
      new KeyAccess(state, caller, leaseKeys).lease(request.getLeaseRevoke().getID());
    } else if (request.hasLeaseGrant()) {
      state.requireUser(caller);
    } else if (request.hasCompaction() && !caller.username().isEmpty()) {
      state.requireRoot(caller);
    }
  }
}
